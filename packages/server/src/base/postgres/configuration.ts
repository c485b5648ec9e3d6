// The settings of the embedded PostgreSQL: durable, small, the same everywhere. A person's own.conf comes after and wins.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from './address.ts';
import type { Place } from './place.ts';
import { giveTo, type Identity } from './unprivileged.ts';

type Choices = { readonly address: Address; readonly durable: boolean; readonly major: number };

export async function writeConfiguration(place: Place, identity: Identity, choices: Choices): Promise<void> {
  const draft = join(place.cluster, `signalbox.conf.${process.pid}`);
  await writeFile(draft, configuration(choices), { mode: 0o600 });
  await giveTo(identity, draft);
  await rename(draft, join(place.cluster, 'signalbox.conf'));
}

export function configuration({ address, durable, major }: Choices): string {
  const settings: Record<string, string | number> = {
    ...(address.kind === 'socket'
      ? {
          listen_addresses: '',
          unix_socket_directories: `"${address.directory.replaceAll('"', '""')}"`,
          unix_socket_permissions: '0700',
        }
      : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: address.port }),
    max_connections: 200,
    // Logs pass through: what was just written is still in memory when it is read to be sealed, and removed. It is taken as it is needed.
    shared_buffers: '256MB',
    // The queue's statements are short: compiling them costs more than it saves.
    jit: 'off',
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    autovacuum: 'on',
    min_wal_size: '80MB',
    // After each checkpoint every page that changes is written whole, once: 512 MB of WAL made two of each log byte. It is also what a
    // start after a crash reads again, a few seconds a GB. Pages of logs are compressed already.
    max_wal_size: '2GB',
    wal_compression: 'off',
    // No replicas: nothing is kept for them.
    max_wal_senders: 0,
    wal_level: 'minimal',
    ...durability(durable),
    // One file a weekday, each written anew when its day comes again.
    logging_collector: durable ? 'on' : 'off',
    log_directory: '../log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: 0,
    log_line_prefix: '%m [%p] %a ',
    log_checkpoints: 'off',
    // Three worker processes less; a machine that needs them has a PostgreSQL of its own.
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
  return [
    '# Written by Signalbox at each start. Put your own settings into own.conf beside this directory.',
    ...lines,
    '',
  ].join('\n');
}

function durability(durable: boolean): Record<string, string> {
  const value = durable ? 'on' : 'off';
  return { fsync: value, synchronous_commit: value, full_page_writes: value };
}
