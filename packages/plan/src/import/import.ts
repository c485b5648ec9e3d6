// Files of another tool become the text of a `.signalbox.yml` and a list of what has no equal here; or every mistake in them.
import type { Mistake } from '@signalbox/protocol';
import { compile } from '../compile.ts';
import { counted, limits } from '../limits.ts';
import type { Value } from '../tree.ts';
import { assemble } from './assemble.ts';
import type { Gap } from './gap.ts';
import { readWorkflow, type WorkflowFile } from './github/workflow.ts';
import { gapsOf, type Imported } from './model.ts';
import { createSources, type Sources } from './sources.ts';
import { write } from './write.ts';

export const importKinds = ['github', 'gitlab'] as const;
export type ImportKind = (typeof importKinds)[number];

export type ImportInput = {
  readonly from: ImportKind;
  /** In the order in which their jobs shall stand. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
};

export type ImportResult =
  | {
      readonly kind: 'imported';
      readonly text: string;
      readonly jobs: readonly string[];
      readonly gaps: readonly Gap[];
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly Mistake[] };

export function importConfiguration({ from, files }: ImportInput): ImportResult {
  const sources = createSources();
  if (from === 'gitlab') return notYet(files[0]?.file ?? '');
  const workflows: WorkflowFile[] = files.flatMap(({ file, text }) => {
    const root = sources.read(file, text);
    return root ? [{ file, root }] : [];
  });
  if (sources.mistakes.length > 0) return { kind: 'mistakes', mistakes: sources.mistakes };
  const parts = workflows.map((workflow) => readWorkflow(workflow, workflows.length === 1, sources));
  if (sources.mistakes.length > 0) return { kind: 'mistakes', mistakes: sources.mistakes };
  const imported = assemble(
    parts,
    files.map(({ file }) => file),
  );
  return settled(imported, workflows[0]?.root, sources);
}

function notYet(file: string): ImportResult {
  const message = 'files of GitLab CI are not imported yet';
  return {
    kind: 'mistakes',
    mistakes: [{ file, line: 1, column: 1, message, hint: null, excerpt: '', rule: 'import' }],
  };
}

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
  return { kind: 'imported', text, jobs: imported.jobs.map(({ name }) => name), gaps: gapsOf(imported) };
}
