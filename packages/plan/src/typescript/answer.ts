// What comes back from the thread in which a script ran: plain values alone, since threads share nothing else.
import type { Finding } from '../draft.ts';
import type { Evaluated } from '../script.ts';
import { type FactName, factNames } from '../script.ts';
import type { ConfigFile } from '../source.ts';
import { decode } from './decode.ts';
import type { Handed } from './handed.ts';
import type { Literal } from './mark-places.ts';

/** A script that came to its end. Offsets are those of all files. */
export type Made = Omit<Handed, 'stacks'> & {
  /** The calls of each stack, the nearest first. */
  readonly calls: readonly (readonly number[])[];
  readonly literals: readonly Literal[];
  /** Where `export default` stands: the place of what nobody knows better. */
  readonly entry: number;
};

export type Answer = { readonly files: readonly ConfigFile[] } & (
  | { readonly kind: 'made'; readonly made: Made }
  /** `mayDiffer`: another time it may end otherwise. `broken`: the thread in which it ran must not be used again. */
  | {
      readonly kind: 'refused';
      readonly findings: readonly Finding[];
      readonly mayDiffer: boolean;
      readonly broken: boolean;
    }
);

export function readAnswer(answer: Answer): Evaluated {
  const { files } = answer;
  if (answer.kind === 'refused') {
    const { findings, mayDiffer } = answer;
    return { files, tree: null, findings, asked: factNames, weight: 0, mayDiffer };
  }
  const { made } = answer;
  const findings: Finding[] = [];
  const value = decode(made, findings);
  if (value !== null && value.kind !== 'table' && findings.length === 0) {
    const what = value.kind === 'list' ? 'a list' : value.type === 'nothing' ? 'nothing' : 'a single value';
    const message = `a configuration is an object that has \`jobs\`; this one is ${what}`;
    findings.push({ offset: value.offset, rule: 'root', message, hint: exampleScript });
  }
  const tree = value?.kind === 'table' ? value : null;
  const asked = factNames.filter((name: FactName) => made.asked.includes(name));
  return { files, tree, findings, asked, weight: weightOf(made), mayDiffer: false };
}

export const exampleScript = "`export default ({ branch }) => ({ jobs: { test: { steps: ['npm test'] } } })`";

const weightOf = ({ list, texts }: Made): number => texts.reduce((sum, text) => sum + text.length, list.length);
