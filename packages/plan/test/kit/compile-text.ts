// Short ways to compile a text in tests: as a push on main, expecting a plan or mistakes.
import { type Compiled, type CompileInput, type ConfigFile, compile, type Plan } from '../../src/index.ts';

export type Told = { readonly at: string; readonly message: string; readonly hint: string | null };

export const onMain: Omit<CompileInput, 'files'> = {
  push: { branch: 'main', message: 'Change things', files: ['src/a.ts'] },
  cause: 'push',
};

/** The text is all of `.signalbox.yml`. */
export const fileOf = (text: string): ConfigFile[] => [{ file: '.signalbox.yml', text }];

/** A configuration that wants no file of the tree: a plan or mistakes. */
export function compileText(text: string, given: Partial<CompileInput> = {}): Exclude<Compiled, { kind: 'wanted' }> {
  const compiled = compile({ ...onMain, files: fileOf(text), ...given });
  if (compiled.kind === 'wanted') throw new Error(`it asks for ${compiled.paths.join(', ')}`);
  return compiled;
}

export function planOf(text: string, given: Partial<CompileInput> = {}): Plan {
  const compiled = compileText(text, given);
  if (compiled.kind === 'plan') return compiled.plan;
  throw new Error(`a plan was expected: ${JSON.stringify(compiled, null, 1)}`);
}

/** `line:column`, message and hint of each mistake; none when the text makes a plan. */
export function mistakesOf(text: string): Told[] {
  const compiled = compileText(text);
  if (compiled.kind === 'plan') return [];
  return compiled.mistakes.map(({ line, column, message, hint }) => ({ at: `${line}:${column}`, message, hint }));
}

export const namesOf = (plan: Plan): string[] => plan.jobs.map((job) => job.name);
