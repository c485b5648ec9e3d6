// A whole server in the test's own process, on a database and a data directory of its own, with clients for a person and a worker.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient } from '@signalbox/protocol';
import type { FastifyInstance } from 'fastify';
import { readSettings, type Server, startServer } from '../../packages/server/src/index.ts';
import { type CheckedAnswers, checkAnswers } from './check-answers.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { directoryToRemove } from './temporary.ts';

export type TestServer = {
  readonly address: string;
  readonly data: string;
  readonly database: TestDatabase;
  /** Whoever sits at this machine. */
  readonly person: Client;
  /** With the token of the local worker. */
  readonly worker: Client;
  readonly server: Server;
  /** Every answer is held against the contract; `stop` throws when one did not conform. */
  readonly answers: CheckedAnswers;
  stop(): Promise<void>;
};

export type TestServerOptions = {
  /** A database that other servers share; it is theirs to drop. */
  readonly database?: TestDatabase;
  /** Gets the doors before the routes are there. */
  readonly onDoors?: (doors: FastifyInstance) => void;
};

/** `settings` are environment variables, as a person would set them. */
export async function testServer(
  settings: Readonly<Record<string, string>> = {},
  options: TestServerOptions = {},
): Promise<TestServer> {
  const database = options.database ?? (await testDatabase());
  const answers = checkAnswers();
  const data = await directoryToRemove('server');
  const server = await startServer(
    readSettings({
      SIGNALBOX_DATA: data.path,
      SIGNALBOX_LISTEN: '127.0.0.1:0',
      SIGNALBOX_LOG_LEVEL: 'error',
      DATABASE_URL: database.url,
      ...settings,
    }),
    {
      onDoors(doors) {
        answers.onDoors(doors);
        options.onDoors?.(doors);
      },
    },
  );
  const address = server.address!;
  const token =
    settings['SIGNALBOX_LOGIN'] === 'token' ? undefined : await readFile(join(data.path, 'worker-token'), 'utf8');
  return {
    address,
    data: data.path,
    database,
    server,
    answers,
    person: createClient({ server: address }),
    worker: createClient({ server: address, token: token?.trim() }),
    async stop() {
      await server.stop();
      if (!options.database) await database.drop();
      await data.remove();
      if (answers.faults.length > 0) {
        throw new Error(`Answers that are not as the contract says:\n${[...new Set(answers.faults)].join('\n')}`);
      }
    },
  };
}
