// An idle worker waits and a job is submitted: from the submission to the claim's answer at the worker, both over HTTP.
import { parseArgs } from 'node:util';
import { jobNamed, openPipeline, startWorker } from './ground/clients.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { startHouse } from './ground/house.ts';
import { Wire } from './ground/wire.ts';

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
    const pipelineId = await openPipeline(person, house.pushId);
    say(`${jobs} jobs, one after another, each to a worker that waits`);
    const waits: number[] = [];
    for (let number = 0; number < jobs; number += 1) {
      const claiming = worker.claim(60);
      // The worker has asked and waits at the server: its question is a moment ahead of the job.
      await person.call('GET', '/api/v1/session');
      const began = performance.now();
      const submitting = person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, {
        jobs: [jobNamed(`job-${number}`, 'bench')],
      });
      const claimed = await claiming;
      waits.push(performance.now() - began);
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
