// Short ways to import texts in tests: expecting a configuration.
import { readFileSync } from 'node:fs';
import { type ImportInput, type ImportKind, type ImportResult, importConfiguration } from '../../src/index.ts';

type Imported = ImportResult & { kind: 'imported' };

export const fixture = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

export function importText(from: ImportKind, files: ImportInput['files'], more: Partial<ImportInput> = {}): Imported {
  const result = importConfiguration({ from, files, ...more });
  if (result.kind === 'imported') return result;
  throw new Error(`it was to be imported: ${JSON.stringify(result.mistakes, null, 1)}`);
}

export const importOne = (from: ImportKind, file: string, text: string): Imported => importText(from, [{ file, text }]);

/** `line:column what` of each. */
export const gapsOf = (gaps: Imported['gaps']): string[] =>
  gaps.map(({ line, column, what }) => `${line}:${column} ${what}`);
