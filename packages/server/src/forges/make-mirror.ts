// Makes an empty mirror: beside its place, and moved there whole, so that a process that dies leaves no half of one.
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import { gitEnvironment } from './git-environment.ts';

/** How a mirror that is being made is called; it may be removed when it is old. */
export const draftPrefix = 'new-';

/** Another process may make the same one at the same time: the first one stays. */
export async function makeMirror(
  mirrorsDirectory: string,
  gitDirectory: string,
  objectFormat: 'sha1' | 'sha256',
  limits: { readonly timeoutSeconds: number; readonly outputBytes: number },
): Promise<void> {
  const draft = await mkdtemp(join(mirrorsDirectory, draftPrefix));
  try {
    await git(['init', '--bare', '--quiet', '--template=', `--object-format=${objectFormat}`, draft], {
      directory: mirrorsDirectory,
      environment: gitEnvironment(mirrorsDirectory, 'none'),
      timeoutSeconds: limits.timeoutSeconds,
      outputBytes: limits.outputBytes,
    });
    await rename(draft, gitDirectory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const isThere = await access(join(gitDirectory, 'HEAD')).then(
      () => true,
      () => false,
    );
    if (!isThere) throw error;
  }
}
