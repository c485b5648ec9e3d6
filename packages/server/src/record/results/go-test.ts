// Reads `go test -json`: a JSON object a line, the events of many packages and tests mixed with what is printed beside.
import { type Excerpt, openExcerpt } from './excerpt.ts';
import type { Gatherer } from './gather-results.ts';
import type { ResultReader } from './result-reader.ts';
import type { CaseState } from './test-case.ts';
import { readLines } from './text-lines.ts';

type GoEvent = { Action?: unknown; Package?: unknown; Test?: unknown; Output?: unknown; Elapsed?: unknown };
type Open = { readonly suite: string; readonly name: string; readonly output: Excerpt; firstLine: string };

export function readGoTest(gatherer: Gatherer): ResultReader {
  /** What has begun and not ended, by package and test; a package itself has the empty name. */
  const open = new Map<string, Open>();
  /** Packages of which a test has failed: their own failure says nothing more. */
  const failed = new Set<string>();
  const { limits } = gatherer;

  const opened = (suite: string, name: string, line: number): Open | undefined => {
    const key = `${suite}\0${name}`;
    const known = open.get(key);
    if (known !== undefined) return known;
    if (open.size >= limits.openCases) {
      gatherer.note(
        line,
        `more than ${limits.openCases} tests are under way at once: what "${name}" prints is left out`,
      );
      return undefined;
    }
    const begun = { suite, name, output: openExcerpt(limits.outputCharacters), firstLine: '' };
    open.set(key, begun);
    return begun;
  };
  const finish = (suite: string, name: string, state: CaseState, elapsed: unknown, line: number) => {
    const found = opened(suite, name, line);
    open.delete(`${suite}\0${name}`);
    if (state === 'failed' && name !== '' && failed.size < limits.openCases) failed.add(suite);
    // A package is a case only where it broke by itself: it did not build, or its process died.
    if (name === '' && (state !== 'failed' || failed.has(suite))) return;
    const output = found?.output.text().trim() || null;
    gatherer.addCase({
      suite,
      name: name || '(package)',
      file: null,
      state: name === '' ? 'errored' : state,
      durationMs: typeof elapsed === 'number' && elapsed >= 0 ? elapsed * 1000 : null,
      message: state === 'passed' ? null : found?.firstLine || null,
      output,
    });
  };
  const take = (event: GoEvent, line: number) => {
    const { Action: action, Package: suite, Test: name = '', Output: output, Elapsed: elapsed } = event;
    if (typeof suite !== 'string' || typeof name !== 'string') return;
    const state = statesOfActions[String(action)];
    if (state !== undefined) finish(suite, name, state, elapsed, line);
    else if (action === 'run') opened(suite, name, line);
    else if (action === 'output' && typeof output === 'string' && !frame.test(output)) {
      const found = opened(suite, name, line);
      found?.output.add(output);
      if (found?.firstLine === '') found.firstLine = output.trim();
    }
  };
  return readLines(
    {
      line: (text, number, isCut) => {
        // Compilers and wrapping scripts print between the events.
        if (!text.startsWith('{')) return;
        const event = isCut ? undefined : parsed(text);
        if (event === undefined) gatherer.note(number, `not a JSON object: ${text.slice(0, 100)}`);
        else take(event, number);
      },
      end: (lastNumber) => {
        for (const { suite, name, output } of open.values()) {
          if (name === '') continue;
          const message = 'it began, and the file ends before it does';
          gatherer.note(lastNumber, `"${name}" of ${suite}: ${message}`);
          gatherer.addCase({
            ...{ suite, name, file: null, state: 'errored', durationMs: null, message },
            output: output.text().trim() || null,
          });
        }
      },
    },
    limits.lineCharacters,
  );
}

function parsed(text: string): GoEvent | undefined {
  try {
    return JSON.parse(text) as GoEvent;
  } catch {
    return undefined;
  }
}

const statesOfActions: Readonly<Record<string, CaseState>> = { pass: 'passed', fail: 'failed', skip: 'skipped' };

/** Lines that only say what the events say. */
const frame = /^\s*(=== (RUN|PAUSE|CONT|NAME)|--- (PASS|FAIL|SKIP):|PASS$|FAIL$)/;
