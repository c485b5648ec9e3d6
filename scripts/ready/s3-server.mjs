// Makes sure that the tests of the archive have an S3 server: OpenStack Swift with its S3 API. On Debian as root it installs it.
import { spawnSync } from 'node:child_process';
import { howToGetS3Server, s3ServerPython } from '../find-s3-server.mjs';
import { isDebian } from './system.mjs';
import { run, say, work } from './work.mjs';

export async function readyS3Server() {
  if (hasS3Server()) return;
  if (isDebian() && process.getuid?.() === 0) {
    say('installing an S3 server for the tests of the archive (apt-get install python3-swift) …');
    await work('an S3 server is installed', async () => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update', '-qq'], { env });
      await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3-swift'], { env });
    });
    if (hasS3Server()) return;
  }
  say(howToGetS3Server);
}

const hasS3Server = () => spawnSync(s3ServerPython, ['-c', 'import swift.common.middleware.s3api']).status === 0;
