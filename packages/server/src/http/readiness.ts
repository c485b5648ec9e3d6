// What /readyz says, to load balancers and to people: whether this process can do its work at this moment.
import { version } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { DiskRoom } from '../flow/disk-room.ts';

export type Readiness = {
  readonly status: 200 | 503;
  readonly body: object;
  /** For the log: it names users and machines, and everybody may ask. */
  readonly error?: unknown;
};

export async function readReadiness(db: Db, disk: DiskRoom): Promise<Readiness> {
  try {
    await db.query(sql`select 1`);
    // A server whose disk is full is ready: what runs renews and ends through it.
    return { status: 200, body: { status: 'ready', disk: disk.state(), version } };
  } catch (error) {
    const body = { status: 'not-ready', why: 'The database does not answer.', version };
    return { status: 503, body, error };
  }
}
