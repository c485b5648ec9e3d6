// Reads a file for a script; of one that is not there also what its folder holds, so that a slip can be named.
import type { TreeReader } from '../load.ts';
import type { ScriptFile } from '../typescript/read-modules.ts';

export async function readBeside(tree: TreeReader, path: string): Promise<ScriptFile> {
  const file = await tree.read(path);
  if (file.kind !== 'absent') return file;
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  const beside = folder === '' ? [] : await tree.list(folder);
  return { kind: 'absent', beside: beside.slice(0, most) };
}

/** Names among which the nearest is looked for. */
const most = 1000;
