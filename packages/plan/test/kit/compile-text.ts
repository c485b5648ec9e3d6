// Short ways to compile a text in tests: as a push on main, expecting a plan or mistakes.
import { type CompileInput, compile, type Plan } from '../../src/index.ts';

export type Told = { readonly at: string; readonly message: string; readonly hint: string | null };

export const onMain: Omit<CompileInput, 'text'> = {
  file: '.signalbox.yml',
  push: { branch: 'main', message: 'Change things', files: ['src/a.ts'] },
  cause: 'push',
};

export function planOf(text: string, given: Partial<CompileInput> = {}): Plan {
  const compiled = compile({ ...onMain, text, ...given });
  if (compiled.kind === 'plan') return compiled.plan;
  throw new Error(`a plan was expected: ${JSON.stringify(compiled.mistakes, null, 1)}`);
}

/** `line:column`, message and hint of each mistake; none when the text makes a plan. */
export function mistakesOf(text: string): Told[] {
  const compiled = compile({ ...onMain, text });
  if (compiled.kind === 'plan') return [];
  return compiled.mistakes.map(({ line, column, message, hint }) => ({ at: `${line}:${column}`, message, hint }));
}

export const namesOf = (plan: Plan): string[] => plan.jobs.map((job) => job.name);
