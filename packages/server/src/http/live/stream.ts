// Server-sent hints for the pages: one connection a page, one string for all watchers of a topic, nothing kept for the slow.
import { Refused } from '@signalbox/protocol';
import type { FastifyReply } from 'fastify';
import type { Live } from '../../base/index.ts';

const topicShape = /^(repos|workers|pauses|groups|(repo|pipeline|job|run):[1-9][0-9]{0,15})$/;
const mostTopics = 50;
const beatMs = 15_000;
/** A reader that is this far behind is cut off: it comes back and looks at everything again. */
const backlogBytes = 1_000_000;

/** @throws Refused bad-request when a topic is not one. */
export function parseTopics(text: string): string[] {
  const topics = [...new Set(text.split(',').filter(Boolean))];
  const wrong = topics.find((topic) => !topicShape.test(topic));
  if (wrong)
    throw new Refused(
      'bad-request',
      `"${wrong}" is not a topic. Topics: repos, workers, pauses, groups, repo:ID, pipeline:ID, job:ID, run:ID.`,
    );
  if (topics.length === 0 || topics.length > mostTopics)
    throw new Refused('bad-request', `Ask for 1 to ${mostTopics} topics.`);
  return topics;
}

/** Streams until the reader goes. `onBeat` is called at once and at every heartbeat. */
export function streamHints(
  reply: FastifyReply,
  live: Live,
  topics: readonly string[],
  onBeat: () => void,
): FastifyReply {
  const headers = reply.getHeaders() as Record<string, string>;
  reply.hijack();
  const out = reply.raw;
  out.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  if (reply.request.method === 'HEAD') {
    out.end();
    return reply;
  }
  out.write('retry: 1000\n\n');
  const send = (text: string) => {
    if (out.writableLength > backlogBytes) out.destroy();
    else out.write(text);
  };
  const watching = topics.map((topic) => live.watch(topic, () => send(`data: ${topic}\n\n`)));
  const beat = setInterval(() => {
    send(': here\n\n');
    onBeat();
  }, beatMs);
  onBeat();
  out.once('close', () => {
    clearInterval(beat);
    for (const unwatch of watching) unwatch();
  });
  return reply;
}
