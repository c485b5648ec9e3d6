// A step sees exactly the documented variables, and nothing of the worker's own.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environmentOf, variables, withoutPassword } from '../src/environment.ts';
import { environmentPage } from '../src/index.ts';
import { orderOf } from './kit/orders.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

const surroundings = {
  order: orderOf(5, {}),
  step: { name: 'test', index: 2 },
  workspace: '/runs/5/work',
  home: '/runs/5/home',
  temporary: '/runs/5/tmp',
  server: 'https://ci.example.org',
  mark: 'the-mark',
  platform: 'linux' as NodeJS.Platform,
  own: { PATH: '/bin', LANG: 'de_DE.UTF-8', AWS_SECRET_ACCESS_KEY: 'x', SIGNALBOX_TOKEN: 'y' },
  argumentBytes: 1_000,
};

describe('the environment of a step', () => {
  test('holds nothing of the worker but what is listed', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: [{ script: 'process.stdout.write(JSON.stringify(process.env))', shell: 'node' }],
      spec: { env: { GREETING: 'hello', CI_JOB_NAME: 'mine' } },
      secrets: { DEPLOY_KEY: 'not-shown-to-anybody' },
      push: { before: 'fedcba9876543210fedcba9876543210fedcba98' },
    });
    await start({ env: { ...process.env, LEAK: 'leak', SIGNALBOX_TOKEN: 'leak', NODE_OPTIONS: '', GIT_DIR: '/leak' } });
    await station.finished(run);
    const seen = JSON.parse(textOf(run, 1)) as Record<string, string>;
    const listed = [...Object.keys(variables), 'GREETING', 'DEPLOY_KEY'];
    expect(Object.keys(seen).sort()).toEqual(listed.sort());
    expect(seen).toMatchObject({ GREETING: 'hello', CI_JOB_NAME: 'mine', DEPLOY_KEY: '***', CI: 'true' });
    expect(seen['HOME']).not.toBe(process.env['HOME']);
  });

  test('says of the commit, the pipeline and the job what the page promises', () => {
    expect(environmentOf(surroundings)).toEqual({
      PATH: '/bin',
      LANG: 'de_DE.UTF-8',
      HOME: '/runs/5/home',
      TMPDIR: '/runs/5/tmp',
      TMP: '/runs/5/tmp',
      TEMP: '/runs/5/tmp',
      TZ: 'UTC',
      TERM: 'xterm-256color',
      FORCE_COLOR: '1',
      CLICOLOR_FORCE: '1',
      CI: 'true',
      SIGNALBOX: 'true',
      SIGNALBOX_RUN: 'the-mark',
      CI_SYSTEM_NAME: 'signalbox',
      CI_WORKSPACE: '/runs/5/work',
      CI_REPO: 'sample',
      CI_REPO_NAME: 'sample',
      CI_REPO_CLONE_URL: '/nowhere',
      CI_COMMIT_SHA: '0123456789abcdef0123456789abcdef01234567',
      CI_COMMIT_REF: 'refs/heads/main',
      CI_COMMIT_BRANCH: 'main',
      CI_COMMIT_MESSAGE: 'A change\n\nwith a body',
      CI_COMMIT_AUTHOR: 'Ada Example',
      SOURCE_DATE_EPOCH: '1767323045',
      CI_PIPELINE_NUMBER: '7',
      CI_PIPELINE_EVENT: 'push',
      CI_PIPELINE_URL: 'https://ci.example.org/pipelines/7',
      CI_BUILD_ID: '20260102030405',
      CI_JOB_NAME: 'test-linux',
      CI_JOB_ID: '105',
      CI_JOB_URL: 'https://ci.example.org/jobs/101',
      CI_JOB_ATTEMPT: '1',
      CI_STEP_NAME: 'test',
      CI_STEP_NUMBER: '2',
      GIT_TERMINAL_PROMPT: '0',
      DEBIAN_FRONTEND: 'noninteractive',
    });
  });

  test('on Windows brings what programs need to start, and knows no upper and lower case in names', () => {
    const order = orderOf(5, { spec: { env: { PATH: 'C:\\tools' } } });
    const own = { Path: 'C:\\Windows', SYSTEMROOT: 'C:\\Windows', PathExt: '.EXE' };
    const env = environmentOf({ ...surroundings, order, own, platform: 'win32' });
    expect(env).toMatchObject({ PATH: 'C:\\tools', SystemRoot: 'C:\\Windows', PATHEXT: '.EXE' });
    expect(env).toMatchObject({ USERPROFILE: '/runs/5/home' });
  });

  test('cuts a commit message that would keep programs from starting, at a whole character', () => {
    const order = orderOf(5, { push: { message: 'ä'.repeat(5_000) } });
    const message = environmentOf({ ...surroundings, order, argumentBytes: 1_001 })['CI_COMMIT_MESSAGE'];
    expect(message).toBe('ä'.repeat(500));
  });

  test('shows no password of the repository', () => {
    expect(withoutPassword('https://user:pass@example.org/a.git')).toBe('https://example.org/a.git');
    expect(withoutPassword('https://token@example.org/a.git')).toBe('https://example.org/a.git');
    expect(withoutPassword('ssh://git:pass@example.org/a.git')).toBe('ssh://git@example.org/a.git');
    expect(withoutPassword('ssh://git@example.org/a.git')).toBe('ssh://git@example.org/a.git');
    expect(withoutPassword('git@example.org:a.git')).toBe('git@example.org:a.git');
  });

  test('is what docs/job-environment.md says', () => {
    const page = readFileSync(new URL('../../../docs/job-environment.md', import.meta.url), 'utf8');
    expect(page, 'write environmentPage() of @signalbox/worker to docs/job-environment.md').toBe(environmentPage());
  });
});
