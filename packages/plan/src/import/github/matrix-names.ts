// What `matrix.NAME` of a workflow is called here, and whether every job of the matrix has it.
import { matrixVariable } from '../cells.ts';
import { matrixKeyName } from '../names.ts';
import type { Resolved } from './resolve.ts';

export type MatrixNames = { readonly resolve: (names: readonly string[]) => readonly Resolved[] | null };

/** Values that are lists, or mappings within mappings, have names with dots. */
export const keyOf = (names: readonly string[]): string => matrixKeyName(names.join('-'));

/** `complete`: keys that every cell has; `partial`: those that some have. */
export function createMatrixNames(complete: ReadonlySet<string>, partial: ReadonlySet<string>): MatrixNames {
  return {
    resolve(names) {
      const key = keyOf(names);
      if (complete.has(key)) return [{ kind: 'matrix', key }];
      // A job that has no value for it has no variable either: empty, as it is there.
      if (partial.has(key)) return [{ kind: 'variable', name: matrixVariable(key), instead: null }];
      return names.length > 0 ? [{ kind: 'text', text: '' }] : null;
    },
  };
}

/** No matrix that can be read: its values are made by an expression. */
export const unknownMatrix: MatrixNames = { resolve: () => null };
export const noMatrix: MatrixNames = createMatrixNames(new Set(), new Set());
