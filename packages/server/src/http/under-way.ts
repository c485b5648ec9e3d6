// Closes the doors in good order: what waits is answered, what is under way gets its answer, and only then connections are cut.
import type { FastifyInstance } from 'fastify';

/** Longest time for answers under way. Streams of hints are not waited for: they begin again elsewhere by themselves. */
const graceMs = 5000;

/** `onClosing` is called first: whatever holds answers back lets go of them. */
export function closeInOrder(doors: FastifyInstance, onClosing: () => void): void {
  const underWay = new Set<object>();
  let allOut: () => void = () => undefined;
  doors.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.endpoint === 'live') return done();
    underWay.add(reply);
    reply.raw.once('close', () => {
      underWay.delete(reply);
      if (underWay.size === 0) allOut();
    });
    done();
  });
  doors.addHook('preClose', async () => {
    onClosing();
    if (underWay.size === 0) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, graceMs);
      allOut = () => {
        clearTimeout(late);
        resolve();
      };
    });
  });
}
