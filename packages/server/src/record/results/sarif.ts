// Reads SARIF 2.1: what analyses of the code found, each with its rule, level, place and message.
import type { Gatherer } from './gather-results.ts';
import { readJsonRecords } from './json-records.ts';
import type { ResultReader } from './result-reader.ts';
import type { Finding } from './test-case.ts';

type Level = Finding['level'];
type Waiting = Omit<Finding, 'level'> & { readonly level: Level | undefined };

export function readSarif(gatherer: Gatherer): ResultReader {
  const { limits } = gatherer;
  /** What each rule's findings are, where they do not say it themselves; and the rules by their place in the list. */
  const levels = new Map<string, Level>();
  const rules: string[] = [];
  /** Findings whose rule has not been read yet: SARIF may name its tool after its results. */
  let waiting: Waiting[] = [];
  const release = () => {
    for (const each of waiting)
      gatherer.addFinding({ ...each, level: each.level ?? levels.get(each.rule) ?? 'warning' });
    waiting = [];
  };
  const takeRule = (rule: unknown) => {
    const id = textAt(rule, 'id') ?? '';
    const level = levelOf(textAt(rule, 'defaultConfiguration', 'level'));
    if (rules.length >= limits.openCases) return;
    rules.push(id);
    if (level !== undefined) levels.set(id, level);
  };
  const takeResult = (result: unknown) => {
    const index = at(result, 'ruleIndex') ?? at(result, 'rule', 'index');
    const place = at(result, 'locations', 0, 'physicalLocation');
    const line = at(place, 'region', 'startLine');
    const named = textAt(result, 'ruleId') ?? textAt(result, 'rule', 'id');
    waiting.push({
      rule: named ?? (typeof index === 'number' ? rules[index] : undefined) ?? '',
      level: levelOf(textAt(result, 'level')) ?? (isPass(result) ? 'none' : undefined),
      file: pathOf(textAt(place, 'artifactLocation', 'uri')),
      line: typeof line === 'number' && Number.isSafeInteger(line) && line > 0 ? line : null,
      message: messageOf(result).slice(0, limits.messageCharacters),
    });
    // So many in memory at once, and no more: then the tool, if it comes after them, is too late.
    if (waiting.length >= limits.openCases) release();
  };
  const json = readJsonRecords(
    {
      wants: (path) => path === resultPath || path === rulePath,
      record: (path, value) => (path === rulePath ? takeRule(value) : takeResult(value)),
      left: (path) => {
        if (path !== 'runs') return;
        release();
        rules.length = 0;
        levels.clear();
      },
      trouble: gatherer.note,
    },
    { depth: limits.depth, characters: limits.lineCharacters },
  );
  return {
    ...json,
    end: () => {
      json.end();
      release();
    },
  };
}

const resultPath = 'runs.results';
const rulePath = 'runs.tool.driver.rules';

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

const levelOf = (text: string | undefined) =>
  (['none', 'note', 'warning', 'error'] as const).find((each) => each === text);

/** Findings of the kind that nothing is wrong have no level. */
const isPass = (result: unknown) => !['fail', undefined].includes(textAt(result, 'kind'));

const messageOf = (result: unknown) =>
  textAt(result, 'message', 'text') ?? textAt(result, 'message', 'markdown') ?? textAt(result, 'message', 'id') ?? '';

/** A path as people write it; what is no good URI stays as it is. */
function pathOf(uri: string | undefined): string | null {
  if (uri === undefined) return null;
  try {
    return decodeURIComponent(uri.replace(/^file:\/\//, ''));
  } catch {
    return uri;
  }
}
