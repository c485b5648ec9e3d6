// Reads TAP 13 and 14: test points, directives, subtests, and of the YAML below a point its message, place and time.
import { type Excerpt, openExcerpt } from './excerpt.ts';
import type { Gatherer } from './gather-results.ts';
import type { ResultReader } from './result-reader.ts';
import { tapSubtests } from './tap-subtests.ts';
import { readTapYaml, type TapYaml } from './tap-yaml.ts';
import type { CaseState } from './test-case.ts';
import { readLines } from './text-lines.ts';

type Point = {
  readonly suite: string;
  readonly name: string;
  readonly state: CaseState;
  /** What the directive says. */
  readonly reason: string | null;
  readonly output: Excerpt;
  readonly facts: TapYaml;
};

export function readTap(gatherer: Gatherer): ResultReader {
  const { limits } = gatherer;
  const subtests = tapSubtests(limits.depth);
  /** The plan and the points seen, of the outermost level. */
  let planned: number | undefined;
  let seen = 0;
  let hasBailed = false;
  /** The indent of the YAML block that is open. */
  let yamlIndent: number | undefined;
  /** The last point, if it is a case: what follows may tell of it. */
  let point: Point | undefined;

  const finish = () => {
    if (point === undefined) return;
    const { suite, name, state, reason, output, facts } = point;
    gatherer.addCase({
      ...{ suite, name, state, file: facts.file(), durationMs: facts.durationMs() },
      message: reason ?? (state === 'passed' ? null : facts.message()),
      output: output.text().trim() || null,
    });
    point = undefined;
  };
  const takePoint = (indent: number, [, not, text = '', directive, reason = '']: RegExpExecArray) => {
    finish();
    const name = unescaped(text);
    const isOk = not === undefined || directive !== undefined;
    const { suite, isSummary } = subtests.point(indent, name, isOk);
    if (indent === 0) seen += 1;
    if (isSummary) return;
    point = {
      ...{ suite, name, state: directive === undefined ? (isOk ? 'passed' : 'failed') : 'skipped' },
      reason: directive === undefined ? null : reason.trim() || directive.toUpperCase(),
      output: openExcerpt(limits.outputCharacters),
      facts: readTapYaml(),
    };
  };
  /** Whether the line belongs to the YAML block that is open. */
  const takeYaml = (line: string, text: string, indent: number, number: number): boolean => {
    if (yamlIndent === undefined) return false;
    if (text !== '' && indent < yamlIndent) {
      gatherer.note(number, 'a YAML block has no end');
      yamlIndent = undefined;
      return false;
    }
    if (indent === yamlIndent && text.trimEnd() === '...') yamlIndent = undefined;
    else {
      point?.facts.line(line.slice(yamlIndent));
      point?.output.add(`${line.slice(yamlIndent)}\n`);
    }
    return true;
  };
  const take = (whole: string, number: number, isUnended: boolean) => {
    const text = whole.trimStart();
    const indent = whole.length - text.length;
    if (takeYaml(whole, text, indent, number)) return;
    if (text.trimEnd() === '---') {
      yamlIndent = indent;
      return;
    }
    const head = text.slice(0, headCharacters);
    const isPoint = /^[no]/i.test(head) ? testPoint.exec(head) : null;
    if (isPoint !== null && isUnended) return gatherer.note(number, `the file ends within a test point: ${head}`);
    if (isPoint !== null) return takePoint(indent, isPoint);
    const subtest = /^# Subtest(?:: (.*))?$/.exec(head);
    const plan = /^1\.\.(\d+)/.exec(head);
    if (subtest !== null) {
      finish();
      subtests.begin(indent, unescaped(subtest[1] ?? ''));
    } else if (plan !== null && indent === 0) planned = Number(plan[1]);
    else if (/^Bail out!/i.test(head)) {
      hasBailed = true;
      gatherer.note(number, head);
    } else if (text.startsWith('#') && !nodeCounts.test(head)) point?.output.add(`${text.slice(1).trimStart()}\n`);
  };
  return readLines(
    {
      line: (text, number, _isCut, isUnended) => take(text, number, isUnended),
      end: (lastNumber) => {
        if (yamlIndent !== undefined) gatherer.note(lastNumber, 'the file ends within a YAML block');
        finish();
        if (hasBailed) return;
        if (planned === undefined) gatherer.note(lastNumber, 'there is no plan (1..N): the file may be cut');
        else if (planned !== seen) gatherer.note(lastNumber, `${planned} tests were planned, ${seen} came`);
      },
    },
    limits.lineCharacters,
  );
}

/** Patterns look at no more of a line: on hostile lines their time grows with its square. */
const headCharacters = 4000;

/** Ok or not, its number, its name, and a directive after a # that is not escaped. */
const testPoint =
  /^(not )?ok\b(?:[ \t]+\d+)?[ \t]*(?:-[ \t]+)?((?:\\.?|[^\\#]|#(?!\s*(?:skip|todo)))*)(?:#\s*(skip|todo)\S*(.*))?$/i;

const unescaped = (text: string) => text.trim().replace(/\\([\\#])/g, '$1');

/** What node counts at the end tells of no case. */
const nodeCounts = /^# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;
