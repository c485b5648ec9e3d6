// Which hooks were installed for the server of a data directory: `down --purge` takes them out, wherever they are.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeHookFrom } from './hook.ts';

type Kept = { readonly name: string; readonly file: string };

export function keepHook(data: string, hook: Kept): void {
  const others = listHooks(data).filter((one) => one.file !== hook.file || one.name !== hook.name);
  writeHooks(data, [...others, hook]);
}

export function forgetHook(data: string, hook: Kept): void {
  const others = listHooks(data).filter((one) => one.file !== hook.file || one.name !== hook.name);
  if (existsSync(fileOf(data))) writeHooks(data, others);
}

/** @returns the files out of which a block was taken. */
export function removeAllHooks(data: string): string[] {
  return listHooks(data)
    .filter((hook) => removeHookFrom(hook.file, hook.name))
    .map((hook) => hook.file);
}

export function listHooks(data: string): Kept[] {
  if (!existsSync(fileOf(data))) return [];
  return JSON.parse(readFileSync(fileOf(data), 'utf8')) as Kept[];
}

const fileOf = (data: string) => join(data, 'hooks.json');

function writeHooks(data: string, hooks: readonly Kept[]): void {
  writeFileSync(`${fileOf(data)}.new`, `${JSON.stringify(hooks, null, 2)}\n`);
  renameSync(`${fileOf(data)}.new`, fileOf(data));
}
