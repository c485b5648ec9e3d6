// The embedded PostgreSQL with the real thing: real binaries, real kills, the directories that people have.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Program, startProcess } from '../../../../../test/kit/programs.ts';
import { quickDirectory, temporaryDirectory } from '../../../../../test/kit/temporary.ts';
import { until } from '../../../../../test/kit/wait.ts';
import { readAddress } from '../../../src/base/postgres/address.ts';
import { type PostgresOptions, removePostgres, startPostgres } from '../../../src/base/postgres/index.ts';
import { linkLibraries } from '../../../src/base/postgres/package-files.ts';
import { placeAt } from '../../../src/base/postgres/place.ts';
import { isAlive } from '../../../src/base/postgres/processes.ts';

const debian15 = '/usr/lib/postgresql/15/bin';

// initdb takes the most time: most tests begin with a copy of one cluster (which may be moved, as this shows).
let made: string;
beforeAll(async () => {
  made = await quickDirectory('postgres-made');
  await (await startPostgres({ dataDirectory: made })).stop();
});
afterAll(() => removePostgres(made));

it('runs in a directory whose name is long and has spaces, quotes and umlauts', async () => {
  const dataDirectory = join(await temporaryDirectory(), `it's "a" büro ${'x'.repeat(150)}`);
  onTestFinished(() => removePostgres(dataDirectory));
  const postgres = await startPostgres({ dataDirectory });
  expect(postgres.adopted).toBe(false);
  expect(await ask(postgres.url, 'show data_directory')).toBe(join(dataDirectory, 'cluster'));
  expect(await ask(postgres.url, 'select current_database()')).toBe('signalbox');
  await postgres.stop();
  expect(await readdir(join(dataDirectory, 'log'))).toHaveLength(1);
}, 60_000);

it('is durable, listens on no network, and sorts the same on every machine', async () => {
  const postgres = await start({});
  for (const [setting, value] of Object.entries({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    jit: 'off',
    TimeZone: 'UTC',
    max_connections: '200',
  })) {
    expect(await ask(postgres.url, `show ${setting}`), setting).toBe(value);
  }
  expect(await ask(postgres.url, `select string_agg(x, '' order by x) from unnest('{a,B,ä,Z}'::text[]) x`)).toBe(
    'BZaä',
  );
  await postgres.stop();
});

it('a person can change its settings in own.conf', async () => {
  const dataDirectory = await madeHome();
  await writeFile(join(dataDirectory, 'own.conf'), "work_mem = '7MB'\n");
  const postgres = await startPostgres({ dataDirectory });
  expect(await ask(postgres.url, 'show work_mem')).toBe('7MB');
  await postgres.stop();
});

it('keeps its data over a stop and a start, and removing leaves nothing', async () => {
  const dataDirectory = await madeHome();
  const first = await startPostgres({ dataDirectory });
  await ask(first.url, "create table kept as select 'still here' as word");
  await first.stop();
  const second = await startPostgres({ dataDirectory });
  expect(await ask(second.url, 'select word from kept')).toBe('still here');
  const socketDirectory = new URL(second.url).searchParams.get('host') ?? '';
  await access(socketDirectory);

  await removePostgres(dataDirectory);
  expect(await isAlive(second.pid)).toBe(false);
  await expect(access(dataDirectory)).rejects.toThrow('ENOENT');
  await expect(access(socketDirectory)).rejects.toThrow('ENOENT');
  await second.stop();
});

it('a killed server leaves it running, and the next one takes it over', async () => {
  const dataDirectory = await madeHome();
  const parent = serverProcess(dataDirectory);
  const before = await whereRuns(parent);
  await parent.kill9();
  expect(await isAlive(before.pid)).toBe(true);

  const next = await startPostgres({ dataDirectory });
  expect(next).toMatchObject({ adopted: true, pid: before.pid, url: before.url });
  await next.stop();
  expect(await isAlive(before.pid)).toBe(false);
});

it('is started again when it is killed, and an acknowledged row is there', async () => {
  const log: string[] = [];
  const postgres = await start({ log: (line) => log.push(line) });
  await ask(postgres.url, 'create table row_of (n int)');
  const lost = postgres.pid;
  for (let n = 1; n <= 20; n += 1) await ask(postgres.url, `insert into row_of values (${n})`);
  process.kill(lost, 'SIGKILL');
  await until(
    'PostgreSQL to run again',
    () => postgres.pid !== lost && log.some((line) => line.includes('runs again')),
  );
  expect(await ask(postgres.url, 'select max(n) from row_of')).toBe(20);
  await postgres.stop();
  expect(log.join('\n')).toMatch(/ended \(SIGKILL\): starting it again/);
});

it('one that was taken over is started again too', async () => {
  const dataDirectory = await madeHome();
  const parent = serverProcess(dataDirectory);
  const { pid } = await whereRuns(parent);
  await parent.kill9();
  const postgres = await startPostgres({ dataDirectory });
  process.kill(pid, 'SIGKILL');
  const again = await until('PostgreSQL to run again', () => postgres.pid !== pid && postgres.pid);
  expect(await ask(postgres.url, 'select 1')).toBe(1);
  expect(await isAlive(again)).toBe(true);
  await postgres.stop();
});

it('of two starts at once one starts it and the other takes it over', async () => {
  const dataDirectory = await dataHome();
  const parent = serverProcess(dataDirectory);
  const [mine, other] = await Promise.all([startPostgres({ dataDirectory }), whereRuns(parent)]);
  expect([mine.adopted, other.adopted].sort()).toEqual([false, true]);
  expect(mine.pid).toBe(other.pid);
  expect((await readdir(dataDirectory)).filter((name) => name.startsWith('draft'))).toEqual([]);
  await parent.kill9();
  await mine.stop();
});

it('one that only begins to start has no address yet', async () => {
  const place = placeAt(await temporaryDirectory());
  await mkdir(place.cluster);
  const starting = startProcess('sleep', ['60'], { cwd: place.cluster });
  await writeFile(join(place.cluster, 'postmaster.pid'), `${starting.pid}\n${place.cluster}\n1700000000\n5432\n`);
  expect(await readAddress(place)).toBeUndefined();
  await starting.kill9();
});

it('a process number in postmaster.pid that is now another program does not keep it from starting', async () => {
  const dataDirectory = await madeHome();
  await (await startPostgres({ dataDirectory })).stop();
  const cluster = join(dataDirectory, 'cluster');
  await writeFile(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n1700000000\n5432\n/nowhere\n\n`);
  const postgres = await startPostgres({ dataDirectory });
  expect(postgres.adopted).toBe(false);
  await postgres.stop();
});

it('one whose socket was cleaned away is ended and started anew', async () => {
  const dataDirectory = await madeHome();
  const parent = serverProcess(dataDirectory);
  const before = await whereRuns(parent);
  await parent.kill9();
  await rm(new URL(before.url).searchParams.get('host') ?? '', { recursive: true });
  const postgres = await startPostgres({ dataDirectory });
  expect(postgres.adopted).toBe(false);
  expect(await ask(postgres.url, 'select 1')).toBe(1);
  expect(await isAlive(before.pid)).toBe(false);
  await postgres.stop();
});

it('listens on loopback with a password where there are no sockets', async () => {
  const postgres = await startPostgres({ dataDirectory: await dataHome(), transport: 'tcp' });
  const url = new URL(postgres.url);
  expect(url.hostname).toBe('127.0.0.1');
  expect(await ask(postgres.url, 'select 1')).toBe(1);
  url.password = 'guessed';
  await expect(ask(url.href, 'select 1')).rejects.toThrow('password authentication failed');
  await postgres.stop();
});

describe.runIf(existsSync(`${debian15}/initdb`))('with another PostgreSQL of the machine', () => {
  it('takes the binaries that are named, and later finds those that fit the data', async () => {
    const dataDirectory = await dataHome();
    const named = await startPostgres({ dataDirectory, binDirectory: debian15 });
    expect(await ask(named.url, 'show server_version_num')).toMatch(/^15/);
    await named.stop();
    const found = await startPostgres({ dataDirectory });
    expect(await ask(found.url, 'show server_version_num')).toMatch(/^15/);
    await found.stop();
  });
});

it('makes the library links that a blocked install script did not make', async () => {
  const native = join(await temporaryDirectory(), 'native');
  await mkdir(join(native, 'lib'), { recursive: true });
  await writeFile(join(native, 'lib/libicu.so.60.2'), 'a library');
  const links = [{ source: 'native/lib/libicu.so.60.2', target: 'native/lib/libicu.so.60' }];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  expect(await linkLibraries(native)).toBe(true);
  expect(await readFile(join(native, 'lib/libicu.so.60'), 'utf8')).toBe('a library');
  expect(await linkLibraries(native)).toBe(true);
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  it('becomes an ordinary user where user namespaces are forbidden, and may change ways between starts', async () => {
    const dataDirectory = await dataHome();
    const byUser = await startPostgres({ dataDirectory, rootBecomes: 'user' });
    expect(await readFile(`/proc/${byUser.pid}/status`, 'utf8')).not.toMatch(/^Uid:\t0\t/m);
    await ask(byUser.url, 'create table kept as select 1 as n');
    await byUser.stop();
    const inNamespace = await startPostgres({ dataDirectory, rootBecomes: 'namespace' });
    expect(await ask(inNamespace.url, 'select n from kept')).toBe(1);
    await inNamespace.stop();
    const again = await startPostgres({ dataDirectory, rootBecomes: 'user' });
    expect(await ask(again.url, 'select n from kept')).toBe(1);
    await again.stop();
  });

  it('an ordinary user of the machine runs it too, and root takes over what he left', async () => {
    const dataDirectory = await madeHome();
    await promisify(execFile)('chown', ['-R', '65534:65534', dataDirectory]);
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...serverCommand];
    const program = startProcess('setpriv', [...asNobody, dataDirectory], { env: { HOME: '/nonexistent' } });
    const before = await whereRuns(program);
    await program.kill9();
    const postgres = await startPostgres({ dataDirectory });
    expect(postgres).toMatchObject({ adopted: true, pid: before.pid });
    expect(await ask(postgres.url, 'select 1')).toBe(1);
    await postgres.stop();
    const again = await startPostgres({ dataDirectory });
    expect(await ask(again.url, 'select 1')).toBe(1);
    await again.stop();
  });

  it('says what to do when that user cannot enter the data directory', async () => {
    const dataDirectory = join(await dataHome(), 'inner');
    await expect(startPostgres({ dataDirectory, rootBecomes: 'user' })).rejects.toThrow(/as user \w+/);
  });
});

describe('errors teach', () => {
  it('data of another major version', async () => {
    const dataDirectory = await dataHome();
    await mkdir(join(dataDirectory, 'cluster'));
    await writeFile(join(dataDirectory, 'cluster', 'PG_VERSION'), '9\n');
    await expect(startPostgres({ dataDirectory })).rejects.toThrow(
      /were made by PostgreSQL 9; found here is 18.*Set SIGNALBOX_POSTGRES_BIN/,
    );
  });

  it('a bin directory without PostgreSQL', async () => {
    const dataDirectory = await dataHome();
    await expect(startPostgres({ dataDirectory, binDirectory: '/nowhere' })).rejects.toThrow(
      /SIGNALBOX_POSTGRES_BIN is \/nowhere, but no PostgreSQL 15 or later runs from there/,
    );
  });

  it('a setting that PostgreSQL does not take', async () => {
    const dataDirectory = await madeHome();
    await writeFile(join(dataDirectory, 'own.conf'), 'shared_buffers = much\n');
    await expect(startPostgres({ dataDirectory })).rejects.toThrow(/ended at its start.*shared_buffers/s);
  });

  it('a socket directory that somebody else put there', async () => {
    const dataDirectory = await madeHome();
    const first = await startPostgres({ dataDirectory });
    const socketDirectory = new URL(first.url).searchParams.get('host') ?? '';
    await first.stop();
    await symlink('/tmp', socketDirectory);
    await expect(startPostgres({ dataDirectory })).rejects.toThrow('not a directory that only this user may enter');
    await rm(socketDirectory);
  });
});

async function start(options: Partial<PostgresOptions>) {
  return startPostgres({ dataDirectory: await madeHome(), ...options });
}

async function madeHome(): Promise<string> {
  const directory = await dataHome();
  await cp(made, directory, { recursive: true });
  return directory;
}

/** A directory whose PostgreSQL, if a failed test leaves one, is removed with it. */
async function dataHome(): Promise<string> {
  const directory = await quickDirectory('postgres');
  onTestFinished(() => removePostgres(directory));
  return directory;
}

const serverCommand = ['--import', 'tsx', '-C', 'source', join(import.meta.dirname, 'server-process.ts')];

function serverProcess(dataDirectory: string): Program {
  return startProcess(process.execPath, [...serverCommand, dataDirectory]);
}

async function whereRuns(program: Program): Promise<{ url: string; adopted: boolean; pid: number }> {
  return JSON.parse((await program.line(/^runs /)).slice('runs '.length));
}

async function ask(url: string, query: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: query, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
