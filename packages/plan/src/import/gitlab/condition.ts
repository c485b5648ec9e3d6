// `if:` of a rule, `$CI_COMMIT_BRANCH == "main" && $DEPLOY`: what it comes to when a branch is pushed.
import { both, either, never, not, type Outcome, onBranches, unknown, yes } from '../outcome.ts';
import { globsOfRegex } from './regex-globs.ts';

export type Facts = {
  readonly defaultBranch: string;
  /** Variables with a fixed text. */
  readonly variables: ReadonlyMap<string, string>;
};

/** Null for what is no condition. */
export function evaluateIf(text: string, facts: Facts): Outcome | null {
  const words = wordsOf(text);
  if (!words) return null;
  const reader: Reader = { words, at: 0, depth: 0, facts };
  const outcome = readEither(reader);
  return outcome && reader.at === words.length ? outcome : null;
}

type Word = { readonly kind: 'variable' | 'text' | 'regex' | 'mark' | 'null'; readonly text: string };
type Reader = { readonly words: readonly Word[]; at: number; depth: number; readonly facts: Facts };

function wordsOf(text: string): Word[] | null {
  if (text.length > 4000) return null;
  const pattern =
    /\s+|\$(?:(?<variable>\w+)|\{(?<braced>\w+)\})|"(?<double>[^"]*)"|'(?<single>[^']*)'|\/(?<regex>(?:\\.|[^/\\\n])+)\/i?|(?<mark>&&|\|\||==|!=|=~|!~|[()])|(?<null>null\b)/y;
  const words: Word[] = [];
  while (pattern.lastIndex < text.length) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) return null;
    const { variable = groups['braced'], double, single, regex, mark } = groups;
    if (variable !== undefined) words.push({ kind: 'variable', text: variable });
    else if (double !== undefined || single !== undefined) words.push({ kind: 'text', text: double ?? single ?? '' });
    else if (regex !== undefined) words.push({ kind: 'regex', text: regex });
    else if (mark !== undefined) words.push({ kind: 'mark', text: mark });
    else if (groups['null'] !== undefined) words.push({ kind: 'null', text: '' });
  }
  return words;
}

function take(reader: Reader, mark: string): boolean {
  const word = reader.words[reader.at];
  if (word?.kind !== 'mark' || word.text !== mark) return false;
  reader.at += 1;
  return true;
}

function readEither(reader: Reader): Outcome | null {
  let outcome = readBoth(reader);
  while (outcome && take(reader, '||')) {
    const right = readBoth(reader);
    outcome = right && either(outcome, right);
  }
  return outcome;
}

function readBoth(reader: Reader): Outcome | null {
  let outcome = readOne(reader);
  while (outcome && take(reader, '&&')) {
    const right = readOne(reader);
    outcome = right && both(outcome, right);
  }
  return outcome;
}

function readOne(reader: Reader): Outcome | null {
  if (take(reader, '(')) {
    reader.depth += 1;
    const inside = reader.depth > 40 ? null : readEither(reader);
    reader.depth -= 1;
    return inside && take(reader, ')') ? inside : null;
  }
  const left = reader.words[reader.at];
  if (!left || left.kind === 'mark') return null;
  reader.at += 1;
  for (const mark of ['==', '!=', '=~', '!~']) {
    if (!take(reader, mark)) continue;
    const right = reader.words[reader.at];
    reader.at += 1;
    if (!right || right.kind === 'mark') return null;
    const isTurned = left.kind !== 'variable' && right.kind === 'variable';
    const outcome = mark.includes('~')
      ? matching(left, right, reader.facts)
      : isTurned
        ? equal(right, left, reader.facts)
        : equal(left, right, reader.facts);
    return mark.startsWith('!') ? not(outcome) : outcome;
  }
  return left.kind === 'variable' ? isSet(left.text, reader.facts) : left.text === '' ? never : yes;
}

const branchNames = new Set(['CI_COMMIT_BRANCH', 'CI_COMMIT_REF_NAME', 'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME']);
/** Never set for the push of a branch. */
const unset =
  /^(CI_COMMIT_TAG|CI_MERGE_REQUEST_\w+|CI_OPEN_MERGE_REQUESTS|CI_EXTERNAL_PULL_REQUEST_\w+|CI_DEPLOY_FREEZE|CI_PIPELINE_SCHEDULE_\w+|TRIGGER_PAYLOAD)$/;

function textOf(word: Word, { defaultBranch, variables }: Facts): string | null {
  if (word.kind === 'text') return word.text;
  if (word.kind === 'null') return '';
  if (word.kind !== 'variable') return null;
  if (word.text === 'CI_DEFAULT_BRANCH') return defaultBranch;
  if (unset.test(word.text)) return '';
  return variables.get(word.text) ?? null;
}

function equal(of: Word, to: Word, facts: Facts): Outcome {
  const text = textOf(to, facts);
  if (text === null) return unknown;
  if (of.kind === 'variable' && branchNames.has(of.text)) return text === '' ? never : onBranches([text]);
  if (of.kind === 'variable' && of.text === 'CI_PIPELINE_SOURCE') return sourceOutcome(text, facts);
  if (of.kind === 'variable' && of.text === 'CI_COMMIT_REF_PROTECTED') return unknown;
  const fixed = textOf(of, facts);
  if (fixed === null) return unknown;
  return fixed === text ? yes : never;
}

/** A merge request is the push of a branch that is not the default one. */
export function sourceOutcome(source: string, { defaultBranch }: Facts): Outcome {
  if (source === 'push') return yes;
  if (source === 'merge_request_event' || source === 'external_pull_request_event')
    return onBranches([`!${defaultBranch}`]);
  return never;
}

function isSet(name: string, facts: Facts): Outcome {
  if (branchNames.has(name)) return yes;
  if (name === 'CI_PIPELINE_SOURCE' || name === 'CI_COMMIT_SHA' || name === 'CI_COMMIT_MESSAGE') return yes;
  const text = textOf({ kind: 'variable', text: name }, facts);
  if (text === null) return unknown;
  return text === '' ? never : yes;
}

function matching(of: Word, to: Word, facts: Facts): Outcome {
  if (to.kind !== 'regex') return unknown;
  if (of.kind === 'variable' && branchNames.has(of.text)) {
    const globs = globsOfRegex(to.text);
    return globs ? onBranches(globs) : unknown;
  }
  return textOf(of, facts) === '' ? never : unknown;
}
