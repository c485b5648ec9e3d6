// Reads a file of test results from its bytes, in pieces, into one shape. Never fails on what stands in the file.
import { openDecoding } from './decode-text.ts';
import { type ResultFormatName, resultFormats } from './formats.ts';
import { gatherResults } from './gather-results.ts';
import { type ResultLimits, resultDefaults } from './result-limits.ts';
import type { Results } from './test-case.ts';

export async function readResults(
  format: ResultFormatName,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  limits: ResultLimits = resultDefaults,
): Promise<Results> {
  const gatherer = gatherResults(limits);
  const reader = resultFormats[format].open(gatherer);
  const decoding = openDecoding();
  for await (const piece of bytes) {
    reader.read(decoding.decode(piece));
    if (reader.isOver()) break;
  }
  reader.read(decoding.end());
  reader.end();
  return gatherer.results();
}
