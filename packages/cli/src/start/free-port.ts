// A port on loopback for the server: the one that was asked for, or the usual one, or the next that is free.
import { createServer } from 'node:net';
import { Mistake } from '../mistake.ts';

const usual = 8080;

/** `told` 0 means any. @throws Mistake when the told one is taken. */
export async function choosePort(told: number | undefined): Promise<number> {
  if (told !== undefined) {
    const port = await tryPort(told);
    if (port !== undefined) return port;
    throw new Mistake(
      'conflict',
      `Port ${told} is taken by another program.`,
      'Leave --port out to take the next free one.',
    );
  }
  for (let port = usual; port < usual + 100; port += 1) {
    if ((await tryPort(port)) !== undefined) return port;
  }
  return (await tryPort(0)) as number;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as { port: number };
      server.close(() => resolve(got));
    });
  });
}
