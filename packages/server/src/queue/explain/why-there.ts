// What the place of a job in its line is made of, a sentence each. Pure; the parts are those of decide/rank.ts and decide/turns.ts.
import { classes, classOf, handicapSeconds, type OrderPolicy } from '../decide/rank.ts';
import { clock, counted, span } from './in-words.ts';
import type { InLineFacts, JobFacts } from './job-facts.ts';

export type WhyThere = {
  readonly job: JobFacts;
  readonly line: InLineFacts;
  /** Runs that its share has in the pool. */
  readonly shareRuns: number;
  readonly policy: OrderPolicy;
  readonly at: string;
};

export function whyThere({ job, line, shareRuns, policy, at }: WhyThere): string[] {
  const { cause, level, priority, handicapSeconds: handicap, absorbed } = job;
  const since = clock(line.since, at);
  const parts = [line.since > at ? `counts as waiting from ${since} on` : `waits since ${since}`];
  const byClass = classOf(job) * policy.classSeconds;
  const byPriority = -priority * policy.prioritySeconds;
  const name = cause === 'release' || cause === 'try' ? cause : `branch level ${level}`;
  const itsClass = `${name}, class ${classOf(job) + 1} of ${classes}`;
  if (handicapSeconds(job, policy) === handicap) {
    parts.push(`${signed(byClass)}: ${itsClass}`);
    if (priority !== 0) parts.push(`${signed(byPriority)}: priority ${priority}`);
  } else {
    // It came when a class or a priority was worth something else.
    parts.push(`${signed(handicap)}: ${itsClass}, priority ${priority}, by the order that held when it came`);
  }
  const rest = Math.round((line.rankMs - line.sinceMs) / 1000 - handicap);
  if (rest !== 0) parts.push(`${signed(rest)}: the place of one of the ${counted(absorbed, 'job')} that it stands for`);
  else if (absorbed > 0) parts.push(`it stands for ${counted(absorbed, 'older job')} of its lane, and has their place`);
  if (shareRuns > 0) {
    parts.push(`${job.share} has ${counted(shareRuns, 'run')} in this pool: of its class, those with fewer come first`);
  }
  return parts;
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${span(seconds)}`;
