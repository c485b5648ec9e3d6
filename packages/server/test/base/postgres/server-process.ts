// A process of its own that starts PostgreSQL in the directory it is given and tells where; tests kill it.
import { startPostgres } from '../../../src/base/postgres/index.ts';

const [dataDirectory = '', rootBecomes] = process.argv.slice(2);
const postgres = await startPostgres({
  dataDirectory,
  log: (line) => process.stdout.write(`log ${line}\n`),
  ...(rootBecomes === 'user' ? { rootBecomes } : {}),
});
process.stdout.write(`runs ${JSON.stringify({ url: postgres.url, adopted: postgres.adopted, pid: postgres.pid })}\n`);
// Stays until it is killed or told to stop.
const life = setInterval(() => undefined, 60_000);
process.once('SIGTERM', async () => {
  await postgres.stop();
  clearInterval(life);
});
