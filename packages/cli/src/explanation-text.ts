// Why a job does not run, as lines for people: what to expect in one line, each blocker, its place in line.
import type { Blocker, Explanation, JobBrief, Push } from '@signalbox/protocol/browser';
import { clean, type Output, type Style } from './output.ts';
import { span, standing } from './words.ts';

/** Sign, colour and sentence for each outlook; the sign tells it without the colour. */
const outlooks = {
  'be-patient': ['◷', 'cyan', 'Be patient: it comes by itself.'],
  'someone-must-act': ['!', 'yellow', 'Someone must act.'],
  'will-never-run': ['✖', 'red', 'Will never run, as things are.'],
} as const satisfies Record<Blocker['outlook'], readonly [sign: string, style: Style, words: string]>;

export type Explained = { readonly explanation: Explanation; readonly job: JobBrief; readonly push: Push };

export function explanationText(output: Output, { explanation, job, push }: Explained): string[] {
  const name = `${output.style('bold', clean(job.name))} (job ${job.id}, ${push.repo} ${clean(push.branch)})`;
  return [
    `${name} ${whereItStands(job)}`,
    headline(output, explanation),
    ...(job.gate !== null && job.state === 'held' ? gate(output, job) : []),
    ...explanation.blockers.flatMap((one) => ['', ...blocker(output, one, explanation.at)]),
    ...(explanation.place ? ['', ...place(output, explanation.place, explanation)] : []),
  ];
}

function whereItStands(job: JobBrief): string {
  if (job.state === 'running') return 'runs.';
  // A gate runs nothing, so it is in no pool.
  if (job.state !== 'done') return job.gate === null ? `is ${job.state}, for pool ${job.pool}.` : `is ${job.state}.`;
  const because = job.reason ? `: ${clean(job.reason.text)}` : '';
  const instead = job.coalescedInto === null ? '' : ` Job ${job.coalescedInto} runs in its place.`;
  return `has ended, ${standing(job)}${because}.${instead}`.replace('..', '.');
}

function headline(output: Output, { outlook, state }: Explanation): string {
  if (outlook) {
    const [sign, style, words] = outlooks[outlook];
    return output.style(style, `${sign} ${words}`);
  }
  return state === 'running' || state === 'done'
    ? output.style('dim', 'Nothing to wait for.')
    : output.style('green', '✔ Nothing blocks it: the next worker that asks takes it.');
}

const gate = (output: Output, job: JobBrief): string[] => [
  '',
  `It asks: ${output.style('bold', clean(job.gate ?? ''))}`,
  `→ signalbox approve ${job.id}, or signalbox reject ${job.id}`,
];

function blocker(output: Output, { outlook, what, since, who, cure, jobId }: Blocker, at: string): string[] {
  const [sign, style] = outlooks[outlook];
  const facts = [
    since && `for ${span(Date.parse(at) - Date.parse(since))}`,
    who && clean(who),
    jobId !== null && `job ${jobId}`,
  ].filter(Boolean);
  return [
    `${output.style(style, sign)} ${clean(what)}`,
    ...(facts.length > 0 ? [output.style('dim', `  ${facts.join(' · ')}`)] : []),
    ...(cure ? [`  → ${clean(cure)}`] : []),
  ];
}

function place(output: Output, told: NonNullable<Explanation['place']>, { at, outlook }: Explanation): string[] {
  const { ahead, ready, pool, why, medianWaitSeconds, startsAt } = told;
  const until = (instant: string) => span(Math.max(0, Date.parse(instant) - Date.parse(at)));
  const sentences = [
    ...(medianWaitSeconds === null
      ? []
      : [`Half of the runs that it began in the last hour had waited ${span(medianWaitSeconds * 1000)} or less.`]),
    startsAt
      ? `It likely starts in ${until(startsAt.likely)}, at the earliest in ${until(startsAt.earliest)}.`
      : outlook === 'someone-must-act' || outlook === 'will-never-run'
        ? 'It does not start before somebody acts.'
        : 'Nobody can know yet when it starts.',
  ];
  return [
    `${output.style('bold', `Place ${many(ahead + 1)} of ${many(ready)}`)} in the line of pool ${pool}`,
    ...why.map((one) => output.style('dim', `  ${clean(one)}`)),
    ...sentences.map((one) => `  ${one}`),
  ];
}

/** Counted up to 10,000 only. */
const many = (count: number) => (count >= 10_000 ? 'more than 10,000' : count.toLocaleString('en'));
