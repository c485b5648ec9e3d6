// A server process with a PostgreSQL of its own (durable, as in use) in a temporary directory, with log-in, tokens, a repository
// and a push: what the benches of the queue begin with. What it costs is read from /proc.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../packages/server/src/base/postgres/index.ts';
import { type Program, signalboxProgram, startProcess } from '../../test/kit/programs.ts';
import { cpuSeconds, familyCpuSeconds, residentMb } from './processes.ts';
import { Wire } from './wire.ts';

export type House = {
  readonly address: string;
  /** What the server keeps on disk: its archive, its tokens. */
  readonly data: string;
  readonly database: pg.Pool;
  readonly pushId: number;
  readonly tokens: { readonly admin: string; readonly person: string; readonly worker: string };
  readonly serverPid: number;
  /** Processor seconds so far. */
  cpu(): { readonly server: number; readonly database: number };
  serverRssMb(): number;
  /** Ends it and removes everything. */
  stop(): Promise<void>;
};
export type HouseOptions = {
  readonly settings?: Readonly<Record<string, string>>;
  /** A directory for a processor profile of the server. */
  readonly profile?: string | undefined;
};

export async function startHouse({ settings = {}, profile }: HouseOptions = {}): Promise<House> {
  const data = mkdtempSync(path.join(tmpdir(), 'signalbox-bench-'));
  const postgres = await startPostgres({ dataDirectory: path.join(data, 'postgres') });
  const server = startServer(data, postgres, settings, profile);
  const address = /https?:\/\/[\w.:[\]-]+/.exec(await server.line(/listens on/, 60))![0];
  const database = new pg.Pool({ connectionString: postgres.url, max: 4 });
  const adminToken = readFileSync(path.join(data, 'admin-token'), 'utf8').trim();
  const admin = await Wire.open(address, adminToken);
  const token = async (kind: string, scopes: string[]) =>
    (await admin.call<{ secret: string }>('POST', '/api/v1/tokens', { kind, name: `bench ${kind}`, scopes })).secret;
  const tokens = {
    admin: adminToken,
    person: await token('person', ['read', 'submit', 'act', 'order']),
    worker: await token('worker', ['work']),
  };
  admin.close();
  return {
    address,
    data,
    database,
    tokens,
    pushId: await makePush(database, 'main'),
    serverPid: server.pid,
    cpu: () => ({ server: cpuSeconds(server.pid), database: familyCpuSeconds(postgres.pid) }),
    serverRssMb: () => residentMb(server.pid),
    async stop() {
      await database.end();
      await server.stop('SIGTERM');
      await postgres.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function startServer(
  data: string,
  postgres: Postgres,
  settings: Readonly<Record<string, string>>,
  profile: string | undefined,
): Program {
  const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`] : [];
  return startProcess(
    process.execPath,
    [...profiling, signalboxProgram, 'serve', '--data', data, '--listen', '127.0.0.1:0'],
    {
      env: {
        DATABASE_URL: postgres.url,
        SIGNALBOX_LOGIN: 'token',
        SIGNALBOX_LOG_STYLE: 'json',
        SIGNALBOX_PUBLIC_URL: 'http://127.0.0.1',
        ...settings,
      },
    },
  );
}

/** A push that nobody fetches: its jobs come through the API. */
export async function makePush(database: pg.Pool, branch: string): Promise<number> {
  const { rows } = await database.query<{ id: string }>(
    `with repo as (
       insert into repo (name, url, poll_seconds, next_look_at) values ('bench', '/nowhere', 0, 'infinity')
       on conflict (name) do update set poll_seconds = 0
       returning id
     )
     insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
     select id, $1, 'forward', repeat('a', 40), 'Bench', 'Bench', 'Bench', '[]', 1, now() from repo
     returning id`,
    [branch],
  );
  return Number(rows[0]!.id);
}
