// Takes what a reader finds, within the limits, as text that any database can keep.
import type { ResultLimits } from './result-limits.ts';
import type { Finding, Note, Results, TestCase } from './test-case.ts';

/** Where readers put what they find. */
export type Gatherer = {
  readonly limits: ResultLimits;
  readonly addCase: (found: TestCase) => void;
  readonly addFinding: (found: Finding) => void;
  readonly note: (line: number, text: string) => void;
  readonly results: () => Results;
};

export function gatherResults(limits: ResultLimits): Gatherer {
  const cases: TestCase[] = [];
  const findings: Finding[] = [];
  const notes: Note[] = [];
  let left = limits.keptCharacters;
  let leftOut = 0;
  const counts = { failed: 0, errored: 0, flaky: 0, skipped: 0, passed: 0 };
  const levels = { error: 0, warning: 0, note: 0, none: 0 };
  /** Where cases stand that may give way to one that tells more. */
  const passedPlaces: number[] = [];
  const full = () => cases.length + findings.length >= limits.entries;
  /** Where a case is put; undefined when there is no room for it. What is not passed is what people look for. */
  const placeFor = ({ state }: TestCase) => {
    const isGood = state === 'passed' || state === 'skipped';
    if (full()) leftOut += 1;
    const place = !full() ? cases.length : isGood ? undefined : passedPlaces.pop();
    if (isGood && place !== undefined) passedPlaces.push(place);
    return place;
  };
  const paid = (text: string | null, most: number) => {
    if (text === null || text === '' || left <= 0) return null;
    const kept = clip(text, most);
    left -= kept.length;
    return kept;
  };
  const name = (text: string) => clip(text, limits.nameCharacters);
  return {
    limits,
    addCase: (found) => {
      counts[found.state] += 1;
      const place = placeFor(found);
      if (place === undefined) return;
      cases[place] = {
        ...found,
        suite: name(found.suite),
        name: name(found.name),
        file: found.file === null ? null : name(found.file),
        message: paid(found.message, limits.messageCharacters),
        // Its reader made an excerpt of it, with a line between head and tail that says what was left out.
        output: paid(found.output, limits.outputCharacters + 100),
      };
    },
    addFinding: (found) => {
      levels[found.level] += 1;
      if (full()) {
        leftOut += 1;
        return;
      }
      const message = paid(found.message, limits.messageCharacters) ?? '';
      findings.push({ ...found, rule: name(found.rule), file: found.file === null ? null : name(found.file), message });
    },
    note: (line, text) => {
      if (notes.length < limits.notes) notes.push({ line, text: clip(text, 300) });
    },
    results: () => ({ cases, findings, notes, leftOut, counts, levels }),
  };
}

/** PostgreSQL keeps neither NUL nor half a character. */
function clip(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  // Looking first is cheaper: nearly no text has one.
  return suspicious.test(cut) ? cut.replaceAll('\0', '�').replace(/\p{Surrogate}/gu, '�') : cut;
}

const suspicious = /[\0\ud800-\udfff]/;
