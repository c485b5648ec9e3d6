// Hints between processes, over connections that break and over such as only seem to be there.
import { onTestFinished, test } from 'vitest';
import { Link } from '../../../../test/chaos/proxy.ts';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { until } from '../../../../test/kit/wait.ts';
import { startLive } from '../../src/base/index.ts';

/** One process, and another one behind a link. */
async function pair(beatMs?: number) {
  const database: TestDatabase = await testDatabase();
  const url = new URL(database.url);
  const link = new Link('database', () => ({ path: `${url.searchParams.get('host')}/.s.PGSQL.5432` }));
  await link.open();
  const far = startLive(`postgresql://${url.username}@127.0.0.1:${link.port}${url.pathname}`, beatMs ? { beatMs } : {});
  const near = startLive(database.url);
  const heard: string[] = [];
  far.watch('job:*', (topic) => heard.push(topic));
  onTestFinished(async () => {
    link.turn({ kind: 'clear' });
    await far.stop();
    await near.stop();
    await link.close();
    await database.drop();
  });
  let count = 0;
  const isHeard = () =>
    until('a hint to be heard', () => {
      count += 1;
      near.hint(`job:${count}`);
      return heard.some((topic) => /^job:\d+$/.test(topic));
    });
  await isHeard();
  return {
    link,
    async comesBack() {
      heard.length = 0;
      await isHeard();
    },
    heard,
  };
}

test('a connection that was cut is made anew, and whoever watches is told to look', async () => {
  const { link, comesBack, heard } = await pair();
  heard.length = 0;
  link.cut();
  await until('the word to look at everything', () => heard.includes('job:*'));
  await comesBack();
});

test('a connection that is dead without knowing is found out', async () => {
  const { link, comesBack, heard } = await pair(200);
  heard.length = 0;
  link.turn({ kind: 'half-open' });
  // For what comes anew; the one that is there stays dead.
  link.turn({ kind: 'clear' });
  await until('the word to look at everything', () => heard.includes('job:*'), { seconds: 30 });
  await comesBack();
});
