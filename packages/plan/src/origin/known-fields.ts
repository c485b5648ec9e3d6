// Which fields there are: what the schema says of a path.
import { configSchema } from '../schema/file.ts';
import { schemaOf } from '../schema/fits.ts';
import { gateTable } from '../schema/gate.ts';
import { jobTable } from '../schema/job.ts';
import type { Schema } from '../schema/shape.ts';
import type { Path } from './trail.ts';

const roots = { file: configSchema, gate: gateTable, job: jobTable } as const;

/** The schemas that a value at the path may have; none when nothing can stand there. */
export function schemasAt(root: keyof typeof roots, path: Path): readonly Schema[] {
  let schemas = branches(roots[root]);
  for (const segment of path) schemas = schemasUnder(schemas, segment);
  return schemas;
}

export function schemasUnder(schemas: readonly Schema[], segment: string | number): readonly Schema[] {
  return schemas.flatMap((schema) => {
    if (typeof segment === 'number') return schema.items ? branches(schema.items) : [];
    const under = schema.type === undefined || isTable(schema) ? schemaOf(schema, segment) : 'none';
    return typeof under === 'string' ? [] : branches(under);
  });
}

/** The schema itself comes first: it may have a default that its branches do not repeat. */
const branches = (schema: Schema): readonly Schema[] =>
  schema.anyOf ? [{ ...schema, anyOf: [] }, ...schema.anyOf.flatMap(branches)] : [schema];

const isTable = ({ type }: Schema): boolean => (Array.isArray(type) ? type.includes('object') : type === 'object');
