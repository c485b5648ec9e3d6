// Files of another tool become the text of a `.signalbox.yml` and a list of what has no equal here; or every mistake in them.
import type { Mistake } from '@signalbox/protocol';
import { compile } from '../compile.ts';
import { counted, limits } from '../limits.ts';
import type { Value } from '../tree.ts';
import { assemble, type Part } from './assemble.ts';
import type { Gap } from './gap.ts';
import { readWorkflow, type WorkflowFile } from './github/workflow.ts';
import type { Tree } from './gitlab/includes.ts';
import { readPipeline } from './gitlab/pipeline.ts';
import { gapsOf, type Imported } from './model.ts';
import { createSources, type Sources } from './sources.ts';
import { write } from './write.ts';

export const importKinds = ['github', 'gitlab'] as const;
export type ImportKind = (typeof importKinds)[number];

export type ImportInput = {
  readonly from: ImportKind;
  /** In the order in which their jobs shall stand. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** The tree around them, for files that they include. */
  readonly tree?: Tree | undefined;
  /** What GitLab calls `$CI_DEFAULT_BRANCH`. */
  readonly defaultBranch?: string | undefined;
};

export type ImportResult =
  | {
      readonly kind: 'imported';
      readonly text: string;
      /** The files that were read, with those that they include. */
      readonly from: readonly string[];
      readonly jobs: readonly string[];
      readonly gaps: readonly Gap[];
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly Mistake[] };

export function importConfiguration(input: ImportInput): ImportResult {
  const sources = createSources();
  const read = input.from === 'github' ? readWorkflows(input, sources) : readPipelines(input, sources);
  if (!read || sources.mistakes.length > 0) return { kind: 'mistakes', mistakes: sources.mistakes };
  return settled(assemble(read.parts, read.files), read.first, sources);
}

type Read = { readonly parts: readonly Part[]; readonly files: readonly string[]; readonly first: Value | undefined };

function readWorkflows({ files }: ImportInput, sources: Sources): Read | null {
  const workflows: WorkflowFile[] = files.flatMap(({ file, text }) => {
    const root = sources.read(file, text);
    return root ? [{ file, root }] : [];
  });
  if (sources.mistakes.length > 0) return null;
  const parts = workflows.map((workflow) => readWorkflow(workflow, workflows.length === 1, sources));
  return { parts, files: files.map(({ file }) => file), first: workflows[0]?.root };
}

function readPipelines({ files, tree, defaultBranch = 'main' }: ImportInput, sources: Sources): Read | null {
  const read = files.map((file) => readPipeline(file, tree, defaultBranch, sources));
  const sound = read.filter((one) => one !== null);
  if (sound.length < read.length) return null;
  const parts = sound.map(({ part }) => (sound.length > 1 ? withOwnEnv(part) : part));
  return { parts, files: sound.flatMap((one) => one.files), first: sound[0]?.root };
}

/** Several files have nothing in common: what one says for all its jobs stands in each of them. */
const withOwnEnv = (part: Part): Part => ({
  ...part,
  jobs: part.jobs.map((job) => (job.gate === undefined ? { ...job, env: new Map([...part.env, ...job.env]) } : job)),
});

/** What does not hold as a configuration is not handed out: its source is too big, or we are wrong. */
function settled(imported: Imported, first: Value | undefined, sources: Sources): ImportResult {
  const text = write(imported);
  const refuse = (message: string, hint: string): ImportResult => {
    if (first) sources.refuse(first, message, hint);
    return { kind: 'mistakes', mistakes: sources.mistakes };
  };
  if (text.length > limits.fileCharacters.most) {
    const [made, most] = [counted(text.length), counted(limits.fileCharacters.most)];
    return refuse(`what is made of it has ${made} characters; ${most} are the limit`, 'import its parts one by one');
  }
  const push = { branch: 'main', message: '', files: null };
  const compiled = compile({ files: [{ file: '.signalbox.yml', text }], push, cause: 'push' });
  if (compiled.kind === 'mistakes') {
    const [mistake] = compiled.mistakes;
    const said = `${mistake?.message ?? ''} (line ${mistake?.line ?? 0}: ${mistake?.excerpt ?? ''})`;
    return refuse(
      `what is made of it is no configuration: ${said}`,
      'this is a mistake of Signalbox: please report it',
    );
  }
  return {
    kind: 'imported',
    text,
    from: imported.from,
    jobs: imported.jobs.map(({ name }) => name),
    gaps: gapsOf(imported),
  };
}
