// Puts our block into the hook of a local repository and takes it out again; a repeat changes nothing.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { git } from './git.ts';
import { addBlock, type HookKind, hasBlock, removeBlock } from './hook-text.ts';
import type { LocalRepository } from './local-repository.ts';

export type Installed =
  | { readonly kind: 'installed' | 'renewed' | 'unchanged'; readonly file: string }
  /** It is no shell script, or not of this repository alone: a person must add the call. */
  | { readonly kind: 'left-alone'; readonly file: string; readonly why: string };

export async function installHook(
  repository: LocalRepository,
  name: string,
  command: readonly string[],
): Promise<Installed> {
  const { file, own } = await hookFile(repository);
  if (!own) return { kind: 'left-alone', file, why: 'core.hooksPath points outside of this repository' };
  const before = read(file);
  const after = addBlock(before, kindOf(repository), name, command);
  if (after === undefined) return { kind: 'left-alone', file, why: 'the hook that is there is no shell script' };
  if (after === before) return { kind: 'unchanged', file };
  write(file, after);
  return { kind: before !== undefined && hasBlock(before, name) ? 'renewed' : 'installed', file };
}

/** @returns the file that was changed, or undefined when there was nothing of ours. */
export async function removeHook(repository: LocalRepository, name: string): Promise<string | undefined> {
  const { file } = await hookFile(repository);
  return removeHookFrom(file, name) ? file : undefined;
}

/** For a repository that may be gone: takes the block out of the file if both are there. */
export function removeHookFrom(file: string, name: string): boolean {
  const before = read(file);
  if (before === undefined || !hasBlock(before, name)) return false;
  const after = removeBlock(before, name);
  if (after === '') rmSync(file);
  else write(file, after);
  return true;
}

const kindOf = (repository: LocalRepository): HookKind => (repository.kind === 'bare' ? 'post-receive' : 'post-commit');

/** `own`: the hook serves this repository only (`core.hooksPath` may name a folder that all repositories share). */
async function hookFile(repository: LocalRepository): Promise<{ file: string; own: boolean }> {
  const said = await git(repository.path, ['rev-parse', '--git-path', `hooks/${kindOf(repository)}`]);
  const common = await git(repository.path, ['rev-parse', '--git-common-dir']);
  const file = resolve(repository.path, said);
  const inside = [repository.path, resolve(repository.path, common)].some((place) => isWithin(dirname(file), place));
  return { file, own: inside };
}

function isWithin(path: string, place: string): boolean {
  const real = (one: string) => (existsSync(one) ? realpathSync(one) : one);
  return `${real(path)}${sep}`.startsWith(`${real(place)}${sep}`);
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Beside and over it: a push that comes meanwhile runs the old hook or the new one, never half of it. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const mode = existsSync(file) ? statSync(file).mode | 0o111 : 0o755;
  const beside = join(dirname(file), `.signalbox-${process.pid}.new`);
  writeFileSync(beside, text);
  chmodSync(beside, mode & 0o777);
  renameSync(beside, file);
}
