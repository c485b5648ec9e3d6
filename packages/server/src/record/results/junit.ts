// Reads JUnit XML, which has no standard: what Surefire, Gradle, pytest, Jest, Vitest, node, gotestsum and GoogleTest write.
import { type Excerpt, openExcerpt } from './excerpt.ts';
import type { Gatherer } from './gather-results.ts';
import { suiteOf } from './junit-suite.ts';
import type { ResultReader } from './result-reader.ts';
import type { CaseState } from './test-case.ts';
import { type Attributes, readXml } from './xml.ts';

type Open = {
  readonly attributes: Attributes;
  readonly states: Set<CaseState>;
  readonly output: Excerpt;
  message: string | null;
  /** The beginning of what its problems say: the first line is the message where no attribute has one. */
  told: string;
};

export function readJunit(gatherer: Gatherer): ResultReader {
  const suites: Attributes[] = [];
  /** Elements within the case; text counts in those that tell something. */
  const inside: string[] = [];
  let open: Open | undefined;
  let lastLine = 1;

  const finish = (found: Open) => {
    const { attributes } = found;
    gatherer.addCase({
      ...suiteOf(suites, attributes),
      state: worst(found.states),
      durationMs: milliseconds(attributes['time']),
      message: found.message ?? (found.told.trim().split('\n', 1)[0] || null),
      output: found.output.text().trim() || null,
    });
  };
  const xml = readXml(
    {
      open: (name, attributes) => {
        if (open === undefined) {
          if (name === 'testsuite') suites.push(attributes);
          if (name === 'testcase') open = begin(attributes, gatherer.limits.outputCharacters);
          return;
        }
        inside.push(name);
        const state = statesOfElements[name];
        if (state === undefined) return;
        // The first word counts: Surefire tells of further attempts after the failure that stands.
        open.message ??= attributes['message'] || attributes['type'] || null;
        open.states.add(state);
      },
      text: (piece) => {
        const element = inside.find((name) => name in statesOfElements || printed.has(name));
        if (open === undefined || element === undefined) return;
        open.output.add(piece);
        if (!printed.has(element)) open.told = (open.told + piece).slice(0, gatherer.limits.messageCharacters);
      },
      close: (name) => {
        if (open !== undefined && inside.length > 0) {
          inside.pop();
          // Outputs of one case lie below one another, not in one line.
          if (inside.length === 0) open.output.add('\n');
        } else if (open !== undefined && name === 'testcase') {
          finish(open);
          open = undefined;
        } else if (name === 'testsuite') suites.pop();
      },
      trouble: (line, text) => {
        lastLine = line;
        gatherer.note(line, text);
      },
    },
    gatherer.limits.depth,
  );
  return {
    read: xml.read,
    isOver: xml.isOver,
    end: () => {
      xml.end();
      if (open === undefined) return;
      // Where the file ends within a case, only a problem is certain: that nothing followed would be guessed.
      if (open.states.size > 0) finish(open);
      else gatherer.note(lastLine, `the file ends within the case "${open.attributes['name']}": it is not listed`);
    },
  };
}

function begin(attributes: Attributes, outputCharacters: number): Open {
  const states = new Set<CaseState>();
  const isLeftOut = notRun.has(attributes['status'] ?? '') || notRun.has(attributes['result'] ?? '');
  if (isLeftOut) states.add('skipped');
  return { attributes, states, output: openExcerpt(outputCharacters), message: null, told: '' };
}

/** Surefire: rerun… are further failures of a case that stays failed; flaky… those of one that passed in the end. */
const statesOfElements: Readonly<Record<string, CaseState>> = {
  failure: 'failed',
  error: 'errored',
  skipped: 'skipped',
  disabled: 'skipped',
  rerunFailure: 'failed',
  rerunError: 'errored',
  flakyFailure: 'flaky',
  flakyError: 'flaky',
};
const printed = new Set(['system-out', 'system-err']);
/** GoogleTest and CTest say it in an attribute. */
const notRun = new Set(['notrun', 'disabled', 'skipped', 'suppressed']);

function worst(states: ReadonlySet<CaseState>): CaseState {
  return (['failed', 'errored', 'flaky', 'skipped'] as const).find((state) => states.has(state)) ?? 'passed';
}

/** Seconds, which some write in the manner of their country: 1,234.5. */
function milliseconds(time: string | undefined): number | null {
  const seconds = Number.parseFloat((time ?? '').replace(/,(?=\d{3}\b)/g, ''));
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
