// The formats of test results: by which names their files are known, and who reads them. A format is a line here.
import type { Gatherer } from './gather-results.ts';
import { readGoTest } from './go-test.ts';
import { readJunit } from './junit.ts';
import { readNodeSpec } from './node-spec.ts';
import type { ResultReader } from './result-reader.ts';
import { readSarif } from './sarif.ts';
import { readTap } from './tap.ts';

export type ResultFormat = {
  /** Of the file's own name, in any directory. */
  readonly names: RegExp;
  readonly open: (gatherer: Gatherer) => ResultReader;
};

export const resultFormats = {
  junit: { names: /^(TEST-.*|(.*[-_.])?junit.*|(.*[-_.])?xunit.*)\.xml$/i, open: readJunit },
  tap: { names: /\.tap$/i, open: readTap },
  'go-test': { names: /^(.*[-_.])?go-?test.*\.(jsonl?|ndjson)$/i, open: readGoTest },
  // It is meant for a terminal: no name of a file is usual.
  'node-spec': { names: /^(.*[-_.])?node-spec\.txt$/i, open: readNodeSpec },
  sarif: { names: /\.sarif(\.json)?$/i, open: readSarif },
} satisfies Record<string, ResultFormat>;

export type ResultFormatName = keyof typeof resultFormats;

/** The format that a path promises, if any. */
export function formatOf(path: string): ResultFormatName | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const formats: [string, ResultFormat][] = Object.entries(resultFormats);
  return formats.find(([, format]) => format.names.test(name))?.[0] as ResultFormatName | undefined;
}
