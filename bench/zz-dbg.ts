import { jobNamed, openPipeline, startWorker } from '/work/main/bench/ground/clients.ts';
import { startHouse } from '/work/main/bench/ground/house.ts';
import { Wire } from '/work/main/bench/ground/wire.ts';

const house = await startHouse();
const pools = Number(process.argv[2] ?? 60),
  per = Number(process.argv[3] ?? 5);
const person = await Wire.open(house.address, house.tokens.person);
const claims: any[] = [];
for (let i = 0; i < pools * per; i++) {
  const w = await startWorker(house, 'w' + i, ['pool-' + (i % pools)]);
  claims.push({ w, p: w.claim(60).then((c: any) => ({ c, at: performance.now() })) });
}
await new Promise((r) => setTimeout(r, 3000));
const p = await openPipeline(person, house.pushId);
for (let i = 0; i < 8; i++) {
  const t = performance.now();
  await person.call('POST', `/api/v1/pipelines/${p}/jobs`, { jobs: [jobNamed('j' + i, 'pool-' + i)] });
  const t2 = performance.now();
  const first = await Promise.race(claims.filter((_, k) => k % pools === i).map((c: any) => c.p));
  console.log('submit', (t2 - t).toFixed(0), 'claim', (first.at - t).toFixed(0));
}
await house.stop();
process.exit(0);
