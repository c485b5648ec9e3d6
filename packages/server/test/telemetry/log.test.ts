// Holds the log: lines for machines or for people, and no secret in either.
import { expect, test } from 'vitest';
import { tokenPattern } from '../../src/access/index.ts';
import { createLog, type LogSettings } from '../../src/base/telemetry/index.ts';

async function logged(settings: Partial<LogSettings>, isTTY = false) {
  const lines: string[] = [];
  const log = await createLog({
    level: 'info',
    style: 'auto',
    to: { write: (line) => lines.push(line), isTTY },
    ...settings,
  });
  return { log, lines };
}

test('a line is one JSON object with an instant, a level in words and the message', async () => {
  const { log, lines } = await logged({});
  log.info({ run: 7 }, 'claimed');
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith('\n')).toBe(true);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    pid: process.pid,
    run: 7,
    msg: 'claimed',
  });
});

test('on a terminal lines are for people; elsewhere only when asked for', async () => {
  const terminal = await logged({}, true);
  terminal.log.warn('look here');
  expect(terminal.lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: look here\n$/);
  const asked = await logged({ style: 'pretty' });
  asked.log.info('as asked');
  expect(asked.lines[0]).toMatch(/INFO: as asked/);
  const machine = await logged({ style: 'json' }, true);
  machine.log.info('x');
  expect(machine.lines[0]?.startsWith('{')).toBe(true);
});

test('headers that let their bearer in are struck out, in both styles', async () => {
  const headers = {
    authorization: 'Bearer open-sesame',
    cookie: 'signalbox=open-sesame',
    'x-claim-id': 'open-sesame',
    accept: 'text/html',
  };
  for (const style of ['json', 'pretty'] as const) {
    const { log, lines } = await logged({ style });
    log.info({ headers, req: { headers }, res: { headers: { 'set-cookie': ['a=open-sesame'] } } }, 'asked');
    log.child({ headers }).error({ err: Object.assign(new Error('failed'), { headers }) }, 'failed');
    expect(lines.join('')).not.toContain('open-sesame');
    expect(lines.join('')).toContain('text/html');
  }
});

test('the secret of a token is struck out wherever it stands, also within an error', async () => {
  const secret = `sbp_${'a1B2'.repeat(9)}zz`;
  for (const style of ['json', 'pretty'] as const) {
    const { log, lines } = await logged({ style, strike: tokenPattern });
    log.info({ url: `/x?token=${secret}` }, `got ${secret} and ${secret}`);
    log.error({ err: new Error(`cannot use ${secret}`, { cause: new Error(secret) }) }, 'failed');
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).toContain('got [hidden] and [hidden]');
  }
});
