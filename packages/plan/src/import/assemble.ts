// What several files make becomes one configuration: jobs have names of their own, and needs lead to them.
import { namesOfMatrix } from './cells.ts';
import type { Gap } from './gap.ts';
import type { Env, Imported, ImportedJob } from './model.ts';
import { createNames, jobName } from './names.ts';

/** What one file, or one file with its includes, makes. Needs name jobs of the same part. */
export type Part = {
  readonly file: string;
  /** What people call it. */
  readonly name: string;
  readonly heading: readonly string[];
  readonly gaps: readonly Gap[];
  readonly env: Env;
  readonly jobs: readonly ImportedJob[];
};

export function assemble(parts: readonly Part[], files: readonly string[]): Imported {
  const [only, second] = parts;
  const isAlone = only !== undefined && second === undefined;
  const jobs = renamed(parts).flatMap((part) =>
    part.jobs.map((job, index) => {
      const comments = index === 0 && !isAlone ? [...part.heading, ` From ${part.file}: ${part.name}`] : [];
      const gaps = index === 0 && !isAlone ? part.gaps : [];
      return { ...job, heading: [...comments, ...job.heading], headingGaps: gaps };
    }),
  );
  return {
    from: files,
    comments: isAlone ? [...only.heading, ...(only.name === '' ? [] : [` ${only.name}`])] : [],
    gaps: isAlone ? only.gaps : parts.filter((part) => part.jobs.length === 0).flatMap((part) => part.gaps),
    env: isAlone ? only.env : new Map(),
    jobs,
  };
}

/** With the name of its file before it where two files have a job of that name. */
function renamed(parts: readonly Part[]): Part[] {
  const owners = new Map<string, Set<Part>>();
  for (const part of parts) {
    for (const { name } of part.jobs) owners.set(name, (owners.get(name) ?? new Set()).add(part));
  }
  const isFree = createFree();
  return parts.map((part) => {
    const prefix = jobName((part.file.split('/').at(-1) ?? part.file).replace(/\.ya?ml$/, ''));
    const names = new Map<string, string>();
    const jobs = part.jobs.map((job) => {
      const isShared = (owners.get(job.name)?.size ?? 0) > 1;
      const wanted = (isShared ? jobName(`${prefix.slice(0, 30)}-${job.name}`) : job.name).slice(0, 90);
      const name = isFree(wanted, job);
      names.set(job.name, name);
      return { ...job, name };
    });
    const needs = (job: ImportedJob) => job.needs.map((need) => ({ ...need, job: names.get(need.job) ?? need.job }));
    return { ...part, jobs: jobs.map((job) => ({ ...job, needs: needs(job) })) };
  });
}

/** A name whose jobs, of a matrix or in chunks, are called like no other. */
function createFree(): (wanted: string, job: ImportedJob) => string {
  const once = createNames();
  const taken = new Set<string>();
  return (wanted, job) => {
    for (;;) {
      const name = once(wanted);
      const all = namesOf(name, job);
      if (all.some((each) => taken.has(each)) && taken.size < 100_000) continue;
      for (const each of all) taken.add(each);
      return name;
    }
  };
}

const namesOf = (name: string, { matrix, chunks = 0 }: ImportedJob): string[] =>
  namesOfMatrix(name, matrix).flatMap((each) =>
    chunks === 0 ? [each] : Array.from({ length: chunks }, (_, index) => `${each}-${index + 1}`),
  );
