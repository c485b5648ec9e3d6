// Which lists of patterns match a changed file: each pattern meets each file once, however many lists share it.
import { type Budget, createGlob, createMatcher } from './globs.ts';
import { limits } from './limits.ts';
import { remember } from './memory.ts';

/** The first file that matches. `too-many`: the comparing cost more than the limit, so nobody knows. */
export type Changed = { readonly file: string } | 'none' | 'too-many';

export function createChangedFiles(files: readonly string[]): (patterns: readonly string[]) => Changed {
  const budget: Budget = { steps: limits.globSteps.most };
  const globs = new Map<string, (file: number) => boolean>();
  const answers = new Map<string, Changed>();
  const globOf = (pattern: string) => remember(globs, pattern, () => memorized(pattern, files, budget));
  return (patterns) =>
    remember(answers, patterns.join('\n'), () => {
      const matches = createMatcher(patterns, globOf);
      for (let file = 0; file < files.length; file += 1) {
        if (budget.steps < 0) return 'too-many';
        if (matches(file)) return { file: files[file] ?? '' };
      }
      return 'none';
    });
}

const yes = 1;
const no = 2;

function memorized(pattern: string, files: readonly string[], budget: Budget): (file: number) => boolean {
  const glob = createGlob(pattern, budget);
  const answers = new Uint8Array(files.length);
  return (file) => {
    if (answers[file] === 0) answers[file] = glob(files[file] ?? '') ? yes : no;
    return answers[file] === yes;
  };
}
