// Reads what node's spec reporter prints for people: signs, names and times, nested by their indent. Why a test failed
// stands below it up to Node 20; what stands below the counts at the end is not read.
import { type Excerpt, openExcerpt } from './excerpt.ts';
import type { Gatherer } from './gather-results.ts';
import type { ResultReader } from './result-reader.ts';
import type { CaseState } from './test-case.ts';
import { readLines } from './text-lines.ts';

type Suite = { readonly indent: number; readonly name: string; hasFailed: boolean };
type Open = {
  readonly suite: string;
  readonly name: string;
  readonly state: CaseState;
  readonly durationMs: number | null;
};

export function readNodeSpec(gatherer: Gatherer): ResultReader {
  const { limits } = gatherer;
  const suites: Suite[] = [];
  let open: (Open & { readonly output: Excerpt; message: string | null }) | undefined;
  /** Below the counts node repeats what failed. */
  let isOver = false;
  const finish = () => {
    if (open === undefined) return;
    const { output, ...found } = open;
    gatherer.addCase({ ...found, file: null, output: output.text().trim() || null });
    open = undefined;
  };
  const take = (whole: string, number: number) => {
    const line = whole.slice(0, headCharacters).replace(colours, '');
    const text = line.trimStart();
    const indent = line.length - text.length;
    if (isOver) return;
    if (/^ℹ tests \d+$/.test(line)) {
      finish();
      isOver = true;
      return;
    }
    const [sign = ''] = text;
    const state = statesOfSigns[sign];
    if (state === undefined && sign !== '▶') {
      if (open === undefined || text === '') return;
      open.message ??= open.state === 'failed' ? text.trimEnd() : null;
      open.output.add(`${text}\n`);
      return;
    }
    finish();
    const { name, durationMs, directive } = partsOf(text.slice(1));
    while (suites.length > 0 && suites.at(-1)!.indent > indent) suites.pop();
    const last = suites.at(-1);
    if (last?.indent === indent) {
      suites.pop();
      // A suite is named again, with its sign and time, when it has ended.
      // One that failed by itself, as by a hook, is a case.
      if (last.name === name && durationMs !== null && (state !== 'failed' || last.hasFailed)) return;
    }
    if (state === undefined) {
      if (suites.length < limits.depth) suites.push({ indent, name, hasFailed: false });
      else gatherer.note(number, `suites lie more than ${limits.depth} deep`);
      return;
    }
    if (durationMs === null) {
      gatherer.note(number, `a sign without a time is no test: ${text.slice(0, 100)}`);
      return;
    }
    if (state === 'failed') for (const suite of suites) suite.hasFailed = true;
    open = {
      suite: suites.map((each) => each.name).join(' > '),
      name,
      state: directive === undefined ? state : 'skipped',
      durationMs,
      message: directive ?? null,
      output: openExcerpt(limits.outputCharacters),
    };
  };
  return readLines(
    {
      line: take,
      end: (lastNumber) => {
        finish();
        if (!isOver) gatherer.note(lastNumber, 'the counts at the end are missing: the file may be cut');
      },
    },
    limits.lineCharacters,
  );
}

/** A name, the time in brackets, and why it does not count: that it is skipped or to do, or the reason that was given. */
function partsOf(text: string) {
  const ending = / \((\d+(?:\.\d+)?)ms\)(?: # (.*))?$/.exec(text);
  if (ending === null) return { name: text.trim(), durationMs: null, directive: undefined };
  return { name: text.slice(0, ending.index).trim(), durationMs: Number(ending[1]), directive: ending[2] };
}

const statesOfSigns: Readonly<Record<string, CaseState>> = { '✔': 'passed', '✖': 'failed', '﹣': 'skipped' };
const headCharacters = 4000;
const colours = /\u001b\[[\d;]*m/g;
