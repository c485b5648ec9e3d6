// A real server dies by SIGKILL in the middle of a purge, at each place between two of its steps. The next one ends it: no row names
// what is not there, no file is there that no row names, and what a pin holds is whole.
import { createHash } from 'node:crypto';
import { readdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CrashPoint, crashPoints, sql } from '../../packages/server/src/base/index.ts';
import { pin, putArtifact, recordDefaults, sweepOrphans } from '../../packages/server/src/record/index.ts';
import { type RecordKit, recordKit } from '../../packages/server/test/record/kit.ts';
import { type Program, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

let kit: RecordKit;
let data: Awaited<ReturnType<typeof directoryToRemove>>;
const programs: Program[] = [];
beforeAll(async () => {
  kit = await recordKit();
  data = await directoryToRemove('purge-crash');
  await symlink(kit.archive, join(data.path, 'archive'));
});
afterAll(async () => {
  await Promise.all(programs.map((program) => program.kill9()));
  await kit?.drop();
  await data?.remove();
});

const points = (Object.keys(crashPoints) as CrashPoint[]).filter((point) => point.startsWith('purge-'));

test.each(points)(
  'at %s',
  async (point) => {
    const [old, held] = [await past(40), await past(40)];
    await kit.db.transaction((tx) => pin(tx, { kind: 'job', job: held.jobId, reason: 'stays' }, 'tester'));
    const armed = serve({ CRASH_AT: point });
    const end = await armed.ended;
    expect([point, end.signal, end.signal === 'SIGKILL' ? '' : armed.output]).toEqual([point, 'SIGKILL', '']);
    const next = serve({});
    await until('the purge to be ended', async () => (await named(old.runId)).length === 0, { seconds: 60 });
    await next.kill9();
    expect((await named(held.runId)).length).toBe(3);
    await expectNothingDangling();
  },
  120_000,
);

test('what died between a file and its row, the sweeper removes', async () => {
  const [run] = [await past(0)];
  const [orphan] = await kit.db.query<{ path: string }>(sql`
    delete from artifact where run_id = ${run.runId} and path = 'app.zip' returning archive_path as path`);
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(join(kit.archive, orphan!.path), yesterday, yesterday);
  expect(await sweepOrphans(kit.db, kit.store, new Date(Date.now() - recordDefaults.orphanSeconds * 1000))).toBe(1);
  await expectNothingDangling();
});

async function expectNothingDangling(): Promise<void> {
  const rows = await kit.db.query<{ path: string }>(sql`
    select path from sealed_log where removed_at is null union all select archive_path from artifact order by 1`);
  const found = await readdir(kit.archive, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.map((file) => file.slice(kit.archive.length + 1)).sort()).toEqual(rows.map(({ path }) => path).sort());
}

const named = (runId: number) =>
  kit.db.query(sql`
    select path from sealed_log where run_id = ${runId} and removed_at is null
    union all select archive_path from artifact where run_id = ${runId}`);

async function past(days: number) {
  const run = await kit.startRun();
  for (const path of ['app.zip', 'report.txt']) {
    const sha256 = createHash('sha256').update(path).digest('hex');
    const body = (async function* () {
      yield Buffer.from(path);
    })();
    await putArtifact(kit.db, kit.store, run, path, sha256, body, recordDefaults);
  }
  await kit.send(run, [{ step: 0, offset: 0, text: 'hello\n' }]);
  await kit.end(run, [{}], [6]);
  await kit.seal();
  await kit.db.query(sql`
    update pipeline set finished_at = now() - make_interval(days => ${days})
    where id = (select pipeline_id from job where id = ${run.jobId})`);
  return run;
}

function serve(env: NodeJS.ProcessEnv): Program {
  const { connectionString } = kit.db.pool.options as { connectionString: string };
  const program = startProgram(['serve'], {
    env: {
      ...process.env,
      DATABASE_URL: connectionString,
      SIGNALBOX_DATA: data.path,
      SIGNALBOX_LISTEN: '127.0.0.1:0',
      ...env,
    },
  });
  programs.push(program);
  return program;
}
