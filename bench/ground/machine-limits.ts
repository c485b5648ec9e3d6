// What the machine itself allows, measured in the same run: one core's gzip, masking left aside, and the disk's durable writes.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { rounded } from './figures.ts';

export type MachineLimits = {
  /** Of text a second, on one core. */
  readonly gzipMbPerSecond: number;
  /** Text by its members. */
  readonly ratio: number;
  /** Of members a second, written and brought to the disk. */
  readonly diskMbPerSecond: number;
};

const chunkBytes = 262_144;

export function measureMachine(directory: string, sample: Buffer): MachineLimits {
  const members: Buffer[] = [];
  const compress = () => {
    members.length = 0;
    for (let at = 0; at < sample.length; at += chunkBytes) {
      members.push(gzipSync(sample.subarray(at, at + chunkBytes), { level: 1 }));
    }
  };
  compress();
  const gzip = secondsOf(compress);
  const bytes = Buffer.concat(members);
  const file = path.join(directory, 'limit');
  const times = Math.max(1, Math.ceil(100_000_000 / bytes.length));
  const disk = secondsOf(() => {
    const descriptor = openSync(file, 'w');
    for (let time = 0; time < times; time++) writeSync(descriptor, bytes);
    fsyncSync(descriptor);
    closeSync(descriptor);
  });
  rmSync(file);
  return {
    gzipMbPerSecond: rounded(sample.length / 1e6 / gzip, 0),
    ratio: rounded(sample.length / bytes.length, 1),
    diskMbPerSecond: rounded((bytes.length * times) / 1e6 / disk, 0),
  };
}

function secondsOf(work: () => void): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}
