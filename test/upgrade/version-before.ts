// The version before, unpacked beside this one: its server and its worker as real processes, with the libraries of this tree.
import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Program, type ProgramOptions, repositoryRoot, startProcess } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';

export type VersionBefore = {
  /** `start('server', ['--listen', …])`: the program as its command would start it. */
  start(program: 'server' | 'worker', args: readonly string[], options?: ProgramOptions): Program;
  remove(): Promise<void>;
};

export async function unpackVersionBefore(): Promise<VersionBefore> {
  const home = await directoryToRemove('version-before');
  await promisify(execFile)('tar', ['-xzf', join(import.meta.dirname, 'version-before.tar.gz'), '-C', home.path]);
  await linkLibraries(join(repositoryRoot, 'node_modules'), home.path);
  const runner = join(home.path, 'run.mjs');
  await writeFile(
    runner,
    'const { main } = await import(process.argv[2]);\nprocess.exitCode = await main(process.argv.slice(3));\n',
  );
  return {
    start(program, args, options = {}) {
      const main = join(home.path, 'packages', program, 'src/main.ts');
      const words = ['--import', 'tsx', '-C', 'source', runner, main, ...args];
      return startProcess(process.execPath, words, { cwd: home.path, ...options });
    },
    remove: home.remove,
  };
}

/** All that this tree has, but our own packages: those are the unpacked ones. */
async function linkLibraries(from: string, home: string): Promise<void> {
  const libraries = join(home, 'node_modules');
  await mkdir(join(libraries, '@signalbox'), { recursive: true });
  for (const name of await readdir(from)) {
    if (name !== '@signalbox' && !name.startsWith('.'))
      await symlink(join(from, name), join(libraries, name), 'junction');
  }
  for (const name of await readdir(join(home, 'packages'))) {
    await symlink(join(home, 'packages', name), join(libraries, '@signalbox', name), 'junction');
  }
}
