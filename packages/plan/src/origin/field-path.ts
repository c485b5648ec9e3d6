// `build-linux.steps[2].script`: which lane and which field a person means.
import type { Path } from './trail.ts';

/** The longest lane whose name the word begins with; names of lanes may hold dots. */
export function splitWord(word: string, hasLane: (name: string) => boolean): { lane: string; field: string } {
  if (hasLane(word)) return { lane: word, field: '' };
  for (let end = word.length - 1; end > 0; end -= 1) {
    if (word[end] === '.' && hasLane(word.slice(0, end)))
      return { lane: word.slice(0, end), field: word.slice(end + 1) };
  }
  const dot = word.indexOf('.');
  return dot < 0 ? { lane: word, field: '' } : { lane: word.slice(0, dot), field: word.slice(dot + 1) };
}

/** Fields of a plan are known by their names there too: `spec.timeoutSeconds` is `timeout`. */
export function pathOf(field: string): Path {
  const all = field.split(/\.|\[(\d+)\]/).filter((part) => part !== undefined && part !== '');
  const [head, next] = all;
  const isOfPlan =
    head === 'spec' || head === 'order' || (head === 'attributes' && next !== 'template' && next !== 'chunk');
  const words = isOfPlan && all.length > 1 ? all.slice(1) : all;
  // A plan says these of lanes, the configuration of jobs.
  if (isOfPlan && words[0] === 'downloads') return ['needs'];
  if (isOfPlan && words[0] === 'beside') return ['beside'];
  return words.map((word, index) => {
    if (/^\d+$/.test(word)) return Number(word);
    const isName = index > 0 && (words[index - 1] === 'env' || words[index - 1] === 'matrix');
    return isName ? word : (inThePlan.get(word) ?? word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  });
}

const inThePlan = new Map([
  ['timeoutSeconds', 'timeout'],
  ['silentSeconds', 'silent-timeout'],
  ['delaySeconds', 'delay'],
  ['concurrencyGroup', 'concurrency'],
  ['origin', 'name'],
]);

export function fieldOf(path: Path): string {
  const [head = '', ...rest] = path.map(String);
  return rest.reduce(
    (text, word, index) => text + (typeof path[index + 1] === 'number' ? `[${word}]` : `.${word}`),
    head,
  );
}
