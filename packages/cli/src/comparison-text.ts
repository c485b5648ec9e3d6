// How a log differs from a green one, for people: the places in order, with what stands here and what stood there.
import type { ComparedRun, LogComparison, LogDifference } from '@signalbox/protocol/browser';
import { clean, type Output } from './output.ts';

type Compared = Pick<LogComparison, 'run' | 'chosen' | 'differences'> & { readonly green: ComparedRun };

const chosenBecause = {
  before: 'the last of this lane that passed before this push',
  branch: 'the nearest of this lane that passed on this branch; none did before this push',
  elsewhere: 'of the same name on another branch; on this one none has passed',
  asked: 'as you asked',
} as const satisfies Record<NonNullable<LogComparison['chosen']>, string>;

export function comparisonHeading(output: Output, { run, green, chosen }: Compared): string[] {
  return [
    `${output.style('bold', nameOf(run))} against ${output.style('bold', nameOf(green))}`,
    output.style('dim', chosen ? chosenBecause[chosen] : ''),
  ];
}

const nameOf = ({ lane, branch, jobId, attempt, verdict, revision }: ComparedRun) => {
  const commit = revision ? ` ${revision.slice(0, 12)}` : '';
  return clean(`${lane} ${branch}${commit} (job ${jobId}, attempt ${attempt}, ${verdict ?? 'still running'})`);
};

/** `before` is the difference above it: the name of a step is told once. */
export function differenceText(output: Output, difference: LogDifference, before: LogDifference | undefined): string[] {
  const { stepName, step, thereStep, line, lines, thereLine, thereLines } = difference;
  const isNewStep = before?.step !== step || before?.thereStep !== thereStep;
  const heading = isNewStep ? ['', output.style(['bold', 'underline'], clean(stepName))] : [];
  if (difference.kind === 'step') {
    const where =
      lines > 0 || thereStep === null ? `only here: ${lines} lines` : `only in the green run: ${thereLines} lines`;
    return [...heading, `  ${where}`];
  }
  const place = `  line ${line}${lines > 1 ? ` to ${line + lines - 1}` : ''}, there ${thereLine}`;
  return [
    ...heading,
    output.style('dim', place),
    ...difference.before.map((text) => output.style('dim', `      ${clean(text)}`)),
    ...difference.there.map((text) => output.style('red', `    - ${clean(text)}`)),
    ...missing(output, '-', thereLines - difference.there.length),
    ...difference.here.map((text) => output.style('green', `    + ${clean(text)}`)),
    ...missing(output, '+', lines - difference.here.length),
  ];
}

const missing = (output: Output, sign: string, count: number) =>
  count > 0 ? [output.style('dim', `    ${sign} … ${count} more`)] : [];
