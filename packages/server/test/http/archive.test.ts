// The archive and the artifacts over HTTP: no way out of it, nothing in it acts on the pages, and files come whole or in part.
import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { ask } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
let run: HeldRun;
let directory: string;

const files = {
  'report.html': '<script>alert(1)</script>',
  'picture.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  'out/plain.txt': '0123456789',
  'page.xhtml': '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
  'data.xml': '<?xml-stylesheet href="x.xsl"?><a/>',
  noname: '<html><script>alert(1)</script>',
  'code.js': 'alert(1)',
  'a.pdf': '%PDF-1.4',
  '<img src=x onerror=alert(1)>.txt': 'hostile',
  '"><script>alert(2)<': 'hostile',
  'ünïcode 漢字 %2e%2e #?&.txt': 'hard name',
  'it\'s;a"name.txt': 'quotes',
  '.hidden/..a/file..txt': 'dots',
  empty: '',
} as const;

beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
  run = await yard.holdRun();
  for (const [path, text] of Object.entries(files)) await yard.putArtifact(run, path, text);
  await yard.appendLog(run, '<script>alert(3)</script>\n');
  await yard.finish(run, 'passed', [26]);
  const detail = await until('the sealed log', async () => {
    const seen = await house.person.call('get-run', { params: { run: run.runId } });
    return seen.archiveHref && seen;
  });
  directory = detail.archiveHref!;
  await writeFile(join(house.data, 'outside.txt'), 'outside');
  await writeFile(join(house.data, 'archive-beside.txt'), 'outside');
  await symlink(house.data, join(house.data, 'archive', 'link'));
  await symlink(join(house.data, 'outside.txt'), join(house.data, 'archive', 'file-link.txt'));
  await mkdir(join(house.data, 'archive', 'visible'));
});
afterAll(() => house.stop());

const artifact = (path: string) =>
  `/api/v1/runs/${run.runId}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;

function pointsAt(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

describe('there is no way out of the archive', () => {
  const ways = [
    '../outside.txt',
    'visible/../../outside.txt',
    '%2e%2e/outside.txt',
    '%2e%2e%2foutside.txt',
    '..%2foutside.txt',
    '%252e%252e%252foutside.txt',
    '..%5coutside.txt',
    '..\\outside.txt',
    '%2e%2e%5coutside.txt',
    '..;/outside.txt',
    '.%00./outside.txt',
    'visible%00',
    'visible%00.txt',
    '/etc/passwd',
    '//etc/passwd',
    '%2fetc%2fpasswd',
    'file:///etc/passwd',
    'C:%5cWindows',
    'C:/Windows',
    '../archive-beside.txt',
    '..%c0%afoutside.txt',
    '%ff%fe',
    '%u002e%u002e/outside.txt',
    'link/',
    'file-link.txt',
    '.unfinished',
    '.unfinished/',
    './visible',
    '.',
    '..',
    '../',
    'a'.repeat(900),
    `${'a/'.repeat(400)}b`,
  ];

  test.each(ways)('by /archive/%s', async (way) => {
    for (const accept of ['*/*', 'application/json']) {
      const answer = await ask(house.address, `/archive/${way}`, { headers: { accept } });
      expect([way, answer.status >= 400 && answer.status < 500]).toEqual([way, true]);
      expect(answer.text).not.toContain('root:');
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  });

  test.each(ways)('by an artifact called %s', async (way) => {
    const answer = await ask(house.address, `/api/v1/runs/${run.runId}/artifacts/${way}`);
    expect([way, answer.status >= 400 && answer.status < 500]).toEqual([way, true]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  test('and its listing does not show what is no part of it', async () => {
    const { text } = await ask(house.address, '/archive/');
    expect(text).toContain('visible');
    expect(text).not.toMatch(/link|unfinished/);
  });
});

describe('what a job left never acts on the pages', () => {
  const runnable = ['report.html', 'picture.svg', 'page.xhtml', 'noname', 'code.js', 'a.pdf'];
  const found = async (name: string) => {
    const { text } = await ask(house.address, `${directory}job-run1/`, { headers: { accept: 'application/json' } });
    const { entries } = JSON.parse(text) as { entries: { name: string }[] };
    return `${directory}job-run1/${encodeURIComponent(entries.find((entry) => entry.name.startsWith(name))!.name)}`;
  };

  test.each(runnable)('%s is a download, sandboxed, of no type that runs', async (name) => {
    for (const path of [artifact(name), await found(name)]) {
      const { status, headers, text } = await ask(house.address, path);
      expect([path, status, text]).toEqual([path, 200, files[name as keyof typeof files]]);
      expect(headers['content-type']).toBe('application/octet-stream');
      expect(headers['content-disposition']).toMatch(/^attachment;/);
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox(;|$)/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  test('text is shown as text, and also sandboxed', async () => {
    for (const name of ['out/plain.txt', 'data.xml']) {
      const { headers } = await ask(house.address, artifact(name));
      expect(headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(headers['content-security-policy']).toContain('sandbox');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const log = await ask(house.address, `/api/v1/runs/${run.runId}/steps/0/log`);
    expect([log.headers['content-type'], log.text]).toEqual([
      'text/plain; charset=utf-8',
      '<script>alert(3)</script>\n',
    ]);
  });

  test('every name comes back, and none is more than a name', async () => {
    const { artifacts } = await house.person.call('get-run', { params: { run: run.runId } });
    expect(artifacts.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
    for (const { path, href } of artifacts) {
      const { status, text, headers } = await ask(house.address, href);
      expect([path, status, text]).toEqual([path, 200, files[path as keyof typeof files]]);
      expect(headers['content-disposition']).toMatch(/^(inline|attachment); filename\*=UTF-8''[A-Za-z0-9%._!~*'()-]+$/);
    }
    const listing = await ask(house.address, `${directory}job-run1/`);
    expect(listing.status).toBe(200);
    expect(listing.text).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(listing.text).toContain('&lt;img src=x onerror=alert(1)&gt;.txt');
    expect(listing.headers['content-security-policy']).toContain("default-src 'none'");
    // A link in a sandboxed page would be asked without the session's cookie.
    expect(listing.headers['content-security-policy']).not.toContain('sandbox');
    for (const [, href] of listing.text.matchAll(/<td><a href="([^"]*)"/g)) {
      expect([
        href,
        (await ask(house.address, href!.replaceAll('&amp;', '&').replaceAll('&#39;', "'"))).status,
      ]).toEqual([href, 200]);
    }
  });

  test('a directory links its digests and its manifest, which are right for the bytes that are served', async () => {
    const { text } = await ask(house.address, directory);
    const links = [...text.matchAll(/<p><a.*<\/p>/g)].flatMap(([line]) => [...line.matchAll(/href="([^"]*)"/g)]);
    const [sums, manifest, twin] = links.map(([, href]) => href!);
    expect([sums, manifest]).toEqual([`${directory}SHA256SUMS`, `${directory}manifest.json`]);
    const listed = (await ask(house.address, sums!)).text.trim().split('\n');
    expect(listed.length).toBe(Object.keys(files).length + 1);
    for (const [sha256, name] of listed.map((line) => line.split('  '))) {
      const path = directory + name!.split('/').map(encodeURIComponent).join('/');
      const bytes = Buffer.from(await (await fetch(house.address + path)).arrayBuffer());
      expect([name, createHash('sha256').update(bytes).digest('hex')]).toEqual([name, sha256]);
    }
    const named = JSON.parse((await ask(house.address, manifest!)).text).files as { artifact?: string }[];
    expect(named.flatMap(({ artifact }) => artifact ?? []).sort()).toEqual(Object.keys(files).sort());
    const { headers } = await ask(house.address, sums!);
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', etag: expect.stringMatching(/^"[0-9a-f]{64}"$/) });
    const known = await ask(house.address, sums!, { headers: { 'if-none-match': headers.etag! } });
    expect([known.status, known.text]).toEqual([304, '']);
    const [asked, accepted] = [
      await ask(house.address, twin!),
      await ask(house.address, directory, { headers: { accept: 'application/json' } }),
    ];
    expect(JSON.parse(asked.text)).toMatchObject({ entries: [{ name: 'job-run1' }, { name: 'job-run1.txt.gz' }] });
    expect([asked.text, asked.headers.vary]).toEqual([accepted.text, 'accept']);
    const kept = await until('the end of the pipeline', async () => {
      const seen = JSON.parse((await ask(house.address, `${directory}?format=json`)).text);
      const keeping = seen.entries[1].keeping as { state: string; until: string | null };
      return keeping.state === 'until' && keeping;
    });
    const [ended] = await house.database.db.query<{ at: string }>(sql`
      select finished_at + interval '14 days' as at from pipeline
      where id = (select pipeline_id from job where id = ${run.jobId})`);
    expect(kept.until).toBe(ended!.at);
    expect((await ask(house.address, directory)).text).toContain(`<td><time>${kept.until!.slice(0, 10)}</time></td>`);
  });

  test('the latest nightly is an address that leads on, and is asked for anew each time', async () => {
    const { db } = house.database;
    const path = 'yard/nightly/2026/11/2026-11-22-10-00-00-main/night-run1.txt.gz';
    const { runId } = await yard.holdRun();
    await db.query(sql`
      insert into sealed_log (run_id, path, size_bytes, sha256, index) values (${runId}, ${path}, 1, 'x', '{}')`);
    await db.query(sql`
      update pipeline set verdict = 'passed'
      where id = (select pipeline_id from job join run on run.job_id = job.id where run.id = ${runId})`);
    const { status, headers } = await ask(house.address, '/archive/yard/nightly/latest-main/night-run1.txt.gz');
    expect([status, headers.location, headers['cache-control']]).toEqual([302, `/archive/${path}`, 'no-cache']);
    expect((await ask(house.address, '/archive/yard/nightly/latest-gone/')).status).toBe(404);
    // The run is given up one day and its log is sealed in earnest.
    await db.query(sql`delete from sealed_log where run_id = ${runId}`);
  });

  test('a directory without its slash leads to the one with it, on this server', async () => {
    const asked = await ask(house.address, directory.replace(/\/$/, ''));
    expect([asked.status, asked.headers.location]).toEqual([302, directory]);
    const foreign = await ask(house.address, '/archive//evil.example/..');
    expect([foreign.status, foreign.headers.location]).toEqual([404, undefined]);
  });
});

describe('a file', () => {
  const path = () => artifact('out/plain.txt');
  const part = async (range: string) => {
    const { status, headers, text } = await ask(house.address, path(), { headers: { range } });
    return [status, headers['content-range'], text];
  };

  test('comes in part when part is asked for', async () => {
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=7-99')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=-99')).toEqual([206, 'bytes 0-9/10', '0123456789']);
  });

  test('has no part beyond its end', async () => {
    for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0', `bytes=${'9'.repeat(40)}-`]) {
      expect([range, ...(await part(range)).slice(0, 2)]).toEqual([range, 416, 'bytes */10']);
    }
    const { status, headers } = await ask(house.address, artifact('empty'), { headers: { range: 'bytes=0-0' } });
    expect([status, headers['content-range']]).toEqual([416, 'bytes */0']);
    expect((await ask(house.address, artifact('empty'))).status).toBe(200);
  });

  test('comes whole when the part cannot be understood', async () => {
    for (const range of [
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=4-2',
      'lines=1-2',
      'bytes=0-1,4-5',
      'bytes 0-1',
      'bytes=1-2-3',
      'bytes=-1-2',
    ])
      expect([range, ...(await part(range))]).toEqual([range, 200, undefined, '0123456789']);
  });

  test('is not sent again to who has it', async () => {
    const { headers } = await ask(house.address, path());
    expect(headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
    const asked = async (etag: string) => {
      const { status, text } = await ask(house.address, path(), { headers: { 'if-none-match': etag } });
      return [status, text];
    };
    for (const same of [headers.etag!, `W/${headers.etag}`, `"other", ${headers.etag}`, '*'])
      expect([same, ...(await asked(same))]).toEqual([same, 304, '']);
    expect(await asked('"other"')).toEqual([200, '0123456789']);
    const log = await ask(house.address, `/api/v1/runs/${run.runId}/log.txt.gz`);
    expect(log.headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
  });

  test('whose rest is asked for by who has another version comes whole', async () => {
    const { status, text } = await ask(house.address, path(), {
      headers: { range: 'bytes=5-', 'if-range': '"other"' },
    });
    expect([status, text]).toEqual([200, '0123456789']);
  });

  test('whose reader goes away in the middle is closed, and the server goes on', async () => {
    const another = await yard.holdRun();
    await yard.putArtifact(another, 'big', Buffer.alloc(20_000_000));
    const abort = new AbortController();
    const response = await fetch(`${house.address}/api/v1/runs/${another.runId}/artifacts/big`, {
      signal: abort.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    const isOpen = () => readdirSync('/proc/self/fd').some((fd) => pointsAt(fd).includes(`${house.data}/archive`));
    if (process.platform === 'linux') await until('the file to be closed', () => !isOpen());
    expect((await ask(house.address, path())).status).toBe(200);
  });

  test('tells its size without being sent', async () => {
    for (const where of [path(), `/api/v1/runs/${run.runId}/log.txt.gz`, directory, '/archive/']) {
      const head = await ask(house.address, where, { method: 'HEAD' });
      const whole = await ask(house.address, where);
      expect([where, head.status, head.text, head.headers['content-length']]).toEqual([
        where,
        200,
        '',
        whole.headers['content-length'],
      ]);
      expect(head.headers['content-type']).toBe(whole.headers['content-type']);
    }
  });
});
