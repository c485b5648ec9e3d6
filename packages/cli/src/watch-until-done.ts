// Draws what is watched until it is done: on a screen in place, elsewhere one line for each change.
import type { Client, JobBrief } from '@signalbox/protocol/browser';
import { jobTable } from './job-table.ts';
import { listen, type News } from './live.ts';
import { clean, type Output } from './output.ts';
import { type Look, look, type Watched } from './watched.ts';
import { duration, paint, standing } from './words.ts';

/** How often it looks by itself: a lost hint costs no more than this. */
const lookEveryMs = 2000;

/** @returns the exit code that says how it ended. */
export async function watchUntilDone(client: Client, output: Output, watched: Watched): Promise<number> {
  const screen = output.live ? inPlace(output) : lineByLine(output);
  let news: News | undefined;
  let topics = '';
  try {
    for (;;) {
      const seen = await look(client, watched);
      screen(seen);
      if (seen.done) return conclude(output, seen);
      // A push gains pipelines while it is planned: then there is more to listen to.
      if (topics !== seen.topics.join()) {
        topics = seen.topics.join();
        news?.close();
        news = listen(client, seen.topics);
      }
      await news?.next(lookEveryMs);
    }
  } finally {
    news?.close();
  }
}

function conclude(output: Output, seen: Look): number {
  output.answer(seen.value, () => [
    ...seen.problems.map(clean),
    ...seen.warnings.map(clean),
    ...seen.jobs.filter(isBad).map((job) => {
      const why = job.reason ? clean(job.reason.text) : 'no reason was given';
      return `${clean(job.name)}: ${why}  (signalbox log ${job.id})`;
    }),
    sumUp(output, seen.jobs),
  ]);
  return seen.code;
}

const isBad = (job: JobBrief) => job.verdict === 'failed' || job.verdict === 'errored';

function sumUp(output: Output, jobs: readonly JobBrief[]): string {
  const counts = new Map<ReturnType<typeof standing>, number>();
  for (const job of jobs) counts.set(standing(job), (counts.get(standing(job)) ?? 0) + 1);
  const parts = [...counts].map(([word, count]) => `${paint(output, word)} ${count}`);
  return parts.length > 0 ? parts.join('   ') : 'It had no jobs.';
}

function inPlace(output: Output): (seen: Look) => void {
  let drawn = 0;
  return (seen) => {
    // More jobs than the screen has lines cannot be drawn over: those that are not done come first.
    const jobs = seen.jobs.toSorted((a, b) => Number(a.state === 'done') - Number(b.state === 'done') || a.id - b.id);
    const lines = [output.style('bold', seen.title), ...jobTable(output, jobs.slice(0, output.rows - 4))];
    // Lines are not wrapped while drawing, or the next drawing would begin at the wrong one.
    output.raw(`\x1b[?7l${drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : ''}${lines.join('\n')}\n\x1b[?7h`);
    drawn = lines.length;
  };
}

function lineByLine(output: Output): (seen: Look) => void {
  const shown = new Map<number, string>();
  return (seen) => {
    if (shown.size === 0) output.line(seen.title);
    for (const job of seen.jobs) {
      const word = standing(job);
      if (shown.get(job.id) === word) continue;
      shown.set(job.id, word);
      const took = job.finishedAt ? `  ${duration(job.startedAt, job.finishedAt)}` : '';
      output.line(`${String(job.id).padStart(6)}  ${paint(output, word)}  ${clean(job.name)}${took}`.trimEnd());
    }
  };
}
