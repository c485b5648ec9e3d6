// Holds imports against the floors of ARCHITECTURE.md: own folder and lower floors only, never a neighbour.
import { dirname, join } from 'node:path/posix';
import { importsOf } from './imports.ts';
import { type SourceFile, tableUnder } from './tree.ts';

/** A folder, or a file that stands alone in its folder, on a floor. */
export type Place = { readonly path: string; readonly floor: number };

export function readFloors(page: string): Place[] {
  return tableUnder('Floors', page).flatMap(([floor, places]) =>
    (places ?? '').split(',').map((name) => {
      const place = name.trim();
      return { path: place.includes('/') ? `packages/${place}` : `packages/${place}/src`, floor: Number(floor) };
    }),
  );
}

/** One sentence for each import that may not be. */
export function wrongImports(sources: readonly SourceFile[], floors: readonly Place[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const from = placeOf(path, floors);
    if (!from) return [`${path} stands on no floor: add its folder to the table in ARCHITECTURE.md`];
    return importsOf(text).flatMap(({ name }) => {
      const target = targetOf(path, name);
      if (target === undefined) return [];
      const to = placeOf(target, floors);
      if (!to) return [`${path} imports ${name}, which stands on no floor`];
      if (to.floor < from.floor || to === from || areOneFolder(from, to)) return [];
      const how = to.floor === from.floor ? 'its neighbour' : 'what stands above it';
      return [`${path} (floor ${from.floor}) imports ${how}: ${name} (floor ${to.floor})`];
    });
  });
}

function placeOf(path: string, floors: readonly Place[]): Place | undefined {
  return floors
    .filter((place) => path === place.path || path.startsWith(`${place.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** Files that stand alone on a floor of the same folder belong together. */
function areOneFolder(one: Place, other: Place): boolean {
  return one.floor === other.floor && /\.tsx?$/.test(one.path) && dirname(one.path) === dirname(other.path);
}

/** The path in the tree that an import means; undefined for what is not ours. */
function targetOf(path: string, name: string): string | undefined {
  if (name.startsWith('.')) return join(dirname(path), name);
  const ours = /^@signalbox\/([a-z]+)/.exec(name);
  if (!ours) return undefined;
  // The server as a whole is what its entry is.
  return ours[1] === 'server' ? 'packages/server/src/main.ts' : `packages/${ours[1]}/src`;
}
