// A small door of its own for health and metrics: for processes without the role `api`, and for those who do not want to ask through
// the big one. Whoever reaches it may read: it says nothing of jobs, and asks for no token.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { version } from '@signalbox/protocol';
import type { Db } from '../base/index.ts';
import type { Log, Metrics } from '../base/telemetry/index.ts';
import type { DiskRoom } from '../flow/disk-room.ts';
import { readReadiness } from './readiness.ts';

export type HealthDoorParts = {
  readonly db: Db;
  readonly disk: DiskRoom;
  readonly metrics: Metrics;
  readonly log: Log;
};
export type HealthDoor = { readonly port: number; close(): Promise<void> };

/** @throws what listening there fails with */
export async function openHealthDoor(parts: HealthDoorParts, host: string, port: number): Promise<HealthDoor> {
  const server = createServer(async (request, response) => {
    try {
      await answer(parts, new URL(request.url ?? '/', 'http://here').pathname, response);
    } catch (error) {
      parts.log.warn({ err: error }, `${request.url} of the health door failed`);
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer({ db, disk, metrics, log }: HealthDoorParts, path: string, response: ServerResponse) {
  const say = (status: number, type: string, text: string) =>
    void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
  if (path === '/healthz') return say(200, 'application/json', JSON.stringify({ status: 'alive', version }));
  if (path === '/readyz') {
    const { status, body, error } = await readReadiness(db, disk);
    if (error) log.warn({ err: error }, 'Not ready: the database does not answer');
    return say(status, 'application/json', JSON.stringify(body));
  }
  if (path === '/metrics') {
    const page = await metrics.page();
    return say(200, page.contentType, page.text);
  }
  return say(404, 'text/plain', 'Here are /healthz, /readyz and /metrics.\n');
}
