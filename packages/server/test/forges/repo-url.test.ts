// Addresses of repositories: what is taken, what is refused with a sentence that teaches, and what is never shown.
import { Refused } from '@signalbox/protocol';
import { describe, expect, test } from 'vitest';
import { parseRepoUrl, withoutCredentials } from '../../src/forges/index.ts';

describe('the address of a repository', () => {
  test.each([
    ['/srv/git/app.git', 'path'],
    ['/srv/git/with space and : colon', 'path'],
    ['https://example.org/app.git', 'https'],
    ['HTTPS://example.org/app.git', 'https'],
    ['http://example.org:8080/app.git', 'http'],
    ['ssh://git@example.org:2222/app.git', 'ssh'],
    ['git@example.org:team/app.git', 'ssh'],
    ['example.org:app.git', 'ssh'],
    ['git://example.org/app.git', 'git'],
    ['file:///srv/git/app.git', 'file'],
  ])('%s is taken as %s', (url, kind) => {
    expect(parseRepoUrl(url, { platform: 'linux' })).toMatchObject({ kind, url, shown: url });
  });

  test.each(['C:\\work\\app', 'C:/work/app', '\\\\server\\share\\app.git'])('%s is a path on Windows only', (url) => {
    expect(parseRepoUrl(url, { platform: 'win32' }).kind).toBe('path');
    expect(() => parseRepoUrl(url, { platform: 'linux' })).toThrow(/Windows path/);
  });

  test.each([
    ['', /is empty/],
    ['   ', /is empty/],
    ['--upload-pack=touch /tmp/owned', /looks like an option/],
    ['-c', /looks like an option/],
    ['ext::sh -c "touch /tmp/owned"', /program of its own/],
    ['fd::17', /program of its own/],
    ['transport-helper::https://example.org/x', /program of its own/],
    ['https://example.org/x\n--upload-pack=y', /control characters/],
    ['/srv/x\0y', /control characters/],
    ['ssh://-oProxyCommand=touch%20x/app', /looks like an option/],
    ['ssh://%2DoProxyCommand=x/app', /looks like an option/],
    ['ssh://-oProxyCommand=x@example.org/app', /looks like an option/],
    ['-oProxyCommand=x@example.org:app', /looks like an option/],
    ['git@-oProxyCommand=x:app', /looks like an option/],
    ['git@example.org:-u', /looks like an option/],
    ['ftp://example.org/app.git', /not a way to a repository/],
    ['javascript://example.org/app.git', /not a way to a repository/],
    ['https://', /not a well-formed URL/],
    ['ssh://%zz/app', /not a well-formed URL/],
    ['file://otherhost/srv/app.git', /own disk/],
    ['../app', /neither an absolute path nor a URL/],
    ['~/app', /neither an absolute path nor a URL/],
    ['app', /neither an absolute path nor a URL/],
    ['c:app', /neither an absolute path nor a URL/],
    [`https://example.org/${'x'.repeat(1000)}`, /at most 1000/],
  ])('%j is refused', (url, sentence) => {
    const refusal = failureOf(() => parseRepoUrl(url, { platform: 'linux' }));
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ code: 'bad-url', message: expect.stringMatching(sentence) });
  });

  test.each(['/srv/app', 'file:///srv/app'])(
    '%s is refused where the server reads no repositories of its disk',
    (url) => {
      expect(() => parseRepoUrl(url, { allowPaths: false })).toThrow(/own disk/);
    },
  );

  test('a password or token is kept for git and never shown', () => {
    const secret = parseRepoUrl('https://ci:s3cr@t@example.org/app.git');
    expect(secret).toMatchObject({
      url: 'https://ci:s3cr@t@example.org/app.git',
      shown: 'https://example.org/app.git',
    });
    expect(parseRepoUrl('https://token@example.org/app.git').shown).toBe('https://example.org/app.git');
    expect(parseRepoUrl('ssh://git:s3cret@example.org/app').shown).toBe('ssh://git@example.org/app');
    expect(withoutCredentials("fatal: Authentication failed for 'https://a:b@host/x' and https://c@host/")).toBe(
      "fatal: Authentication failed for 'https://host/x' and https://host/",
    );
  });

  test('a refusal does not show the password of what it refuses', () => {
    expect(failureOf(() => parseRepoUrl('https://ci:s3cret@')).message).not.toContain('s3cret');
  });
});

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was taken');
}
