// The process that runs the steps of a worker, so that they outlive it. It is small on purpose: starting a step copies the
// page tables of the process that does it, and what is not here need not be right for as long as the longest run.
// Called with its place and who has started it; the worker is at the other end of descriptor 3.
import { chmodSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { tell } from '../own-log.ts';
import type { Owner } from '../owner.ts';
import { type Channel, socketChannel } from './channel.ts';
import { type Ask, protocol, type Tell } from './messages.ts';
import { chooseAddress, recordOf, removePlace, writeRecord } from './place.ts';
import { Supervisor } from './supervisor.ts';

const [place, worker] = process.argv.slice(2);
if (!place || !worker) throw new Error('A supervisor is started by `signalbox worker`, and not by hand');

// Until it has had time to say who it is, a worker that dies leaves nothing to find.
const address = chooseAddress(place);
const complain = (error: unknown) => process.stderr.write(`${new Date().toISOString()} ${tell(error)}\n`);
const leave = (code: number) => {
  removePlace(place, address);
  process.exit(code);
};
const supervisor = new Supervisor({
  pipesDirectory: join(place, 'pipes'),
  sign: recordOf(place),
  onIdle: () => leave(0),
  onFault: complain,
});

const server = createServer((socket) => supervisor.attach(channelOf(socket)));
server.on('error', complain);
server.listen(address, () => {
  chmodSync(address, 0o600);
  writeRecord(place, { protocol, worker: JSON.parse(worker) as Owner, address });
});
supervisor.attach(channelOf(new Socket({ fd: 3 })));

// It has a session of its own, so neither Ctrl-C nor the end of a terminal is for it; SIGTERM comes when the machine stops.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void supervisor.end().then(() => leave(0)));

function channelOf(socket: Socket): Channel<Tell, Ask> {
  return socketChannel(socket);
}
