// The test kit itself: what other tests rely on is held here.
import { access, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openBrowser } from './kit/browser.ts';
import { testDatabase } from './kit/database.ts';
import { sampleRepository } from './kit/git.ts';
import { startProcess } from './kit/programs.ts';
import { temporaryDirectory } from './kit/temporary.ts';
import { until } from './kit/wait.ts';

it('every test database has the tables and nothing of another test', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  await one.db.pool.query("insert into repo (name, url) values ('mine', 'here')");
  const { rows } = await other.db.pool.query('select name from repo');
  expect(rows).toEqual([]);
  await Promise.all([one.drop(), other.drop()]);
});

it('a sample repository commits, branches and pushes to a bare one', async () => {
  const repository = await sampleRepository();
  const first = await repository.git('rev-parse', 'HEAD');
  await repository.branch('feature');
  const second = await repository.commit({ files: { 'src/a.txt': 'a', 'count.txt': null }, message: 'Add a' });
  await repository.push();
  expect(await repository.git('ls-remote', 'origin', 'refs/heads/feature')).toContain(second);
  expect(await repository.git('log', '--format=%H %s')).toBe(`${second} Add a\n${first} The first commit`);
  await repository.remove();
  await expect(stat(repository.path)).rejects.toThrow('ENOENT');
});

it('waiting ends with a sentence of what did not come', async () => {
  await expect(until('rain', () => false, { seconds: 0.05 })).rejects.toThrow(/waited 0.05 s for rain.*false/);
  let asked = 0;
  expect(await until('the third answer', () => (++asked === 3 ? 'yes' : undefined))).toBe('yes');
});

it('a program tells its lines and can be killed', async () => {
  const program = startProcess(process.execPath, ['-e', 'console.log("ready 7"); setInterval(() => {}, 1000)']);
  expect(await program.line(/^ready \d/)).toBe('ready 7');
  expect(await program.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
  const brief = startProcess(process.execPath, ['-e', 'console.error("no"); process.exitCode = 3']);
  await expect(brief.line(/yes/)).rejects.toThrow(/ended \(3\) without a line like.*no/s);
});

it('a temporary directory is there', async () => {
  await access(await temporaryDirectory());
});

it('a browser opens a page', async () => {
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.setContent('<h1>Here</h1>');
  expect(await page.textContent('h1')).toBe('Here');
  await browser.close();
});
