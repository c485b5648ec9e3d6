// An idle worker waits and a job is submitted: from the submission to the claim's answer at the worker, both over HTTP.
import { parseArgs } from 'node:util';
import { jobNamed, openPipeline, startWorker } from './ground/clients.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { startHouse } from './ground/house.ts';
import { Wire } from './ground/wire.ts';

const lanes = 100;
/** Until each lane is known and what is asked is prepared. */
const warming = lanes;

export async function pickup(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: { jobs: { type: 'string', default: '500' }, scale: { type: 'string', default: '1' } },
  });
  const jobs = Math.round(Number(values.jobs) * Number(values.scale));
  const house = await startHouse();
  try {
    const worker = await startWorker(house, 'bench-1', ['bench']);
    const person = await Wire.open(house.address, house.tokens.person);
    say(`${jobs} jobs, one after another, each to a worker that waits`);
    const waits: number[] = [];
    let pipelineId = 0;
    for (let number = -warming; number < jobs; number += 1) {
      // As with pushes: the same lanes again and again.
      if (number % lanes === 0) pipelineId = await openPipeline(person, house.pushId);
      const claiming = worker.claim(60);
      // The worker has asked and waits at the server: its question is a moment ahead of the job.
      await person.call('GET', '/api/v1/session');
      const began = performance.now();
      const submitting = person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, {
        jobs: [jobNamed(`job-${(number + warming) % lanes}`, 'bench')],
      });
      const claimed = await claiming;
      if (number >= 0) waits.push(performance.now() - began);
      await submitting;
      await worker.finish(claimed!);
    }
    person.close();
    worker.close();
    return { jobs, p50Ms: rounded(percentile(waits, 0.5), 2), p95Ms: rounded(percentile(waits, 0.95), 2) };
  } finally {
    await house.stop();
  }
}
