// The faults of the chaos kit do what they say: a kit that breaks nothing would find nothing.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../kit/wait.ts';
import { Link } from './proxy.ts';
import { randomFrom } from './random.ts';
import { Requests } from './requests.ts';

describe('a link', () => {
  /** Says back what it hears, and notes what it heard and how it ended. */
  const heard: string[] = [];
  const ends: string[] = [];
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (bytes) => {
      heard.push(bytes.toString());
      socket.write(bytes);
    });
    socket.on('end', () => {
      ends.push('end');
      socket.end('bye');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'error'));
  });
  const link = new Link('test', () => ({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port }));
  const opened: Socket[] = [];

  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    await link.open();
  });
  afterEach(() => {
    link.turn({ kind: 'clear' });
    link.cut();
    heard.length = 0;
    ends.length = 0;
    for (const socket of opened.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await link.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  /** A caller, and what it has heard and how it ended. */
  async function call() {
    const socket = connect(link.port, '127.0.0.1');
    opened.push(socket);
    const caller = { socket, heard: '', end: '' };
    socket.on('data', (bytes) => {
      caller.heard += bytes.toString();
    });
    socket.on('end', () => {
      caller.end ||= 'end';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      caller.end = error.code ?? 'error';
    });
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
    return caller;
  }
  const say = async (caller: Awaited<ReturnType<typeof call>>, text: string) => {
    caller.socket.write(text);
    await until(`the answer ${text}`, () => caller.heard.endsWith(text));
  };

  test('that is clear hands on what is said, and the end of it', async () => {
    const caller = await call();
    await say(caller, 'hello');
    caller.socket.end();
    await until('the last word', () => caller.heard === 'hellobye' && caller.end === 'end');
    expect(ends).toEqual(['end']);
  });

  test('that is cut breaks for both ends, and lets new ones in', async () => {
    const caller = await call();
    await say(caller, 'hello');
    link.cut();
    await until('the reset', () => caller.end === 'ECONNRESET' && ends.includes('ECONNRESET'));
    await say(await call(), 'again');
  });

  test('that refuses lets nobody in until it is clear', async () => {
    const before = await call();
    await say(before, 'hello');
    link.turn({ kind: 'refuse' });
    const caller = await call();
    await until('both resets', () => caller.end === 'ECONNRESET' && before.end === 'ECONNRESET');
    link.turn({ kind: 'clear' });
    await say(await call(), 'again');
  });

  test('that holds lets nothing pass, and all of it afterwards', async () => {
    const before = await call();
    await say(before, 'hello');
    link.turn({ kind: 'hold' });
    before.socket.write('held');
    const caller = await call();
    caller.socket.write('held too');
    // Time enough for both, if they could.
    await expect(
      until('an answer', () => before.heard !== 'hello' || caller.heard, { seconds: 0.2 }),
    ).rejects.toThrow();
    expect([heard, before.heard, caller.heard]).toEqual([['hello'], 'hello', '']);
    link.turn({ kind: 'clear' });
    await until('what was held', () => before.heard === 'helloheld' && caller.heard === 'held too');
  });

  test('that is half-open takes everything, tells nobody anything, and never finds its voice again', async () => {
    const before = await call();
    await say(before, 'hello');
    link.turn({ kind: 'half-open' });
    const caller = await call();
    for (const one of [before, caller]) await new Promise((resolve) => one.socket.write('lost', resolve));
    link.turn({ kind: 'clear' });
    await say(await call(), 'new');
    for (const one of [before, caller]) one.socket.write('lost as well');
    await say(await call(), 'newer');
    expect(heard).toEqual(['hello', 'new', 'newer']);
    expect([before.end, caller.end]).toEqual(['', '']);
    before.socket.end();
    await say(await call(), 'newest');
    expect(ends, 'the far end does not hear that its caller hung up').not.toContain('end');
    expect(link.counts.lost).toBe(2);
  });

  test('that delays keeps the order and takes its time', async () => {
    const caller = await call();
    await say(caller, 'a');
    link.turn({ kind: 'delay', ms: 100 });
    const begun = performance.now();
    caller.socket.write('b');
    setTimeout(() => caller.socket.write('c'), 20);
    await until('both', () => caller.heard === 'abc');
    expect(performance.now() - begun).toBeGreaterThan(190);
  });

  test('that throttles lets so many bytes a second through', async () => {
    const caller = await call();
    link.turn({ kind: 'throttle', bytesPerSecond: 100_000 });
    const begun = performance.now();
    caller.socket.write('x'.repeat(20_000));
    await until('all of it', () => caller.heard.length === 20_000);
    // There and back.
    expect(performance.now() - begun).toBeGreaterThan(380);
  });
});

describe('requests', () => {
  const arrived: string[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      arrived.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(201, { 'x-mark': 'here' }).end(`answer ${arrived.length}`);
    });
  });
  const requests = new Requests(() => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }));
  const post = (path: string) =>
    fetch(`http://127.0.0.1:${requests.port}${path}`, { method: 'POST', body: 'text' }).then(async (answer) =>
      [answer.status, answer.headers.get('x-mark'), await answer.text()].join(' '),
    );

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await requests.open();
  });
  afterEach(() => {
    arrived.length = 0;
  });
  afterAll(async () => {
    await requests.close();
    server.closeAllConnections();
    server.close();
  });

  test('go as they came', async () => {
    requests.fate = () => ({ kind: 'once' });
    expect(await post('/a')).toBe('201 here answer 1');
    expect(arrived).toEqual(['POST /a text']);
  });

  test('go twice, and the second answer is heard', async () => {
    requests.fate = () => ({ kind: 'twice' });
    expect(await post('/a')).toBe('201 here answer 2');
    expect(arrived).toEqual(['POST /a text', 'POST /a text']);
  });

  test('go twice at once', async () => {
    requests.fate = () => ({ kind: 'twice-at-once' });
    expect(await post('/a')).toContain('201 here');
    await requests.settled();
    expect(arrived).toEqual(['POST /a text', 'POST /a text']);
  });

  test('go again behind those that came later', async () => {
    requests.fate = ({ path }) => (path === '/a' ? { kind: 'again-later', ms: 100 } : { kind: 'once' });
    expect(await post('/a')).toBe('201 here answer 1');
    await post('/b');
    await requests.settled();
    expect(arrived).toEqual(['POST /a text', 'POST /b text', 'POST /a text']);
  });

  test('are held back until later ones have passed', async () => {
    requests.fate = ({ path }) => (path === '/a' ? { kind: 'late', ms: 100 } : { kind: 'once' });
    await Promise.all([post('/a'), post('/b')]);
    expect(arrived).toEqual(['POST /b text', 'POST /a text']);
  });

  test('are done, and the answer is lost', async () => {
    requests.fate = () => ({ kind: 'answer-lost' });
    await expect(post('/a')).rejects.toThrow();
    expect(arrived).toEqual(['POST /a text']);
    expect(requests.counts['answer-lost']).toBe(1);
  });
});

describe('chance', () => {
  const throws = (seed: number) => {
    const random = randomFrom(seed);
    return [random.whole(1, 1000), random.number(), random.pick(['a', 'b', 'c']), random.stream('x').whole(1, 1000)];
  };

  test('is the same for the same seed, and another for another', () => {
    expect(throws(7)).toEqual(throws(7));
    expect(throws(7)).not.toEqual(throws(8));
  });

  test('is even, and weighs', () => {
    const random = randomFrom(1);
    const counts = [0, 0, 0, 0, 0];
    for (let count = 0; count < 10_000; count += 1) counts[random.whole(0, 4)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    const rare = Array.from({ length: 10_000 }, () => random.weighted({ often: 9, rarely: 1 }));
    expect(Math.abs(rare.filter((name) => name === 'rarely').length - 1000)).toBeLessThan(150);
  });
});
