// How long the archive keeps files: rules, pins, what a purge would remove, and the audit in which all of it is noted.
import { type Static, Type } from 'typebox';
import { Instant, RowId } from './basics.ts';

const oneOf = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>(Type.Enum([...words], { type: 'string', ...(description ? { description } : {}) }));
const orNull = <const Shape extends Parameters<typeof Type.Union>[0][number]>(shape: Shape, description: string) =>
  Type.Union([shape, Type.Null()], { description });

/** What a rule is for. The narrowest that matches a file counts: by branch, then by kind. */
export const RetentionTarget = Type.Object({
  place: oneOf(['builds', 'nightly', 'try', 'release'], 'Whose files, by what started them. builds: all the rest.'),
  branch: Type.String({ minLength: 1, maxLength: 250, default: '*', description: '`*` stands for any text.' }),
  kind: oneOf(['all', 'logs', 'artifacts']),
});
export const RetentionChange = Type.Object({
  ...RetentionTarget.properties,
  days: orNull(Type.Number({ minimum: 0.0001, maximum: 36_500 }), 'After the end of the pipeline; null: for ever.'),
});
export type RetentionChange = Static<typeof RetentionChange>;
export const RetentionRule = Type.Object({
  id: RowId,
  ...RetentionChange.properties,
  changedBy: orNull(Type.String(), 'null: as it came with the installation.'),
  changedAt: Instant,
});
export type RetentionRule = Static<typeof RetentionRule>;

export const PurgeItem = Type.Object({
  pipeline: RowId,
  kind: oneOf(['logs', 'artifacts']),
  repo: Type.String(),
  branch: Type.String(),
  cause: Type.String(),
  finishedAt: Instant,
  rule: RowId,
  files: Type.Integer(),
  sizeBytes: Type.Integer(),
});
export type PurgeItem = Static<typeof PurgeItem>;
export const PurgePlan = Type.Object({
  items: Type.Array(PurgeItem, { description: 'What goes, oldest first, at most 1000 of them.' }),
  totals: Type.Array(
    Type.Object({
      rule: RowId,
      kind: oneOf(['logs', 'artifacts']),
      files: Type.Integer(),
      sizeBytes: Type.Integer(),
      pipelines: Type.Integer(),
    }),
    { description: 'All that goes, by the rule that says so.' },
  ),
  held: Type.Object(
    { files: Type.Integer(), sizeBytes: Type.Integer() },
    { description: 'What would go too, if no pin held it.' },
  ),
});
export type PurgePlan = Static<typeof PurgePlan>;

export const PinTarget = Type.Object({
  kind: oneOf(['job', 'pipeline', 'directory']),
  job: Type.Optional(RowId),
  pipeline: Type.Optional(RowId),
  directory: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2000, description: 'As in the archive: it, and all below it.' }),
  ),
});
export type PinTarget = Static<typeof PinTarget>;
export const Pin = Type.Object({
  id: RowId,
  kind: oneOf(['job', 'pipeline', 'directory']),
  job: orNull(RowId, 'Of a pin of a job.'),
  pipeline: orNull(RowId, 'Of a pin of a pipeline.'),
  directory: orNull(Type.String(), 'Of a pin of a directory.'),
  reason: Type.String(),
  by: Type.String(),
  at: Instant,
  until: orNull(Instant, 'null: until somebody unpins it.'),
});
export type Pin = Static<typeof Pin>;

/** How long files stay: `until` null with nothing in `pins`: for ever, or from the end of its pipeline on. */
export const Keeping = Type.Object({
  kind: oneOf(['logs', 'artifacts']),
  state: oneOf(
    ['open', 'for-ever', 'until', 'pinned', 'removed'],
    'open: its pipeline has not ended. pinned: a person holds it, whatever the rule says.',
  ),
  until: orNull(Instant, 'When the rule ends it; of what was removed, when that was.'),
});
export type Keeping = Static<typeof Keeping>;

export const AuditEntry = Type.Object({
  id: RowId,
  at: Instant,
  actor: Type.String(),
  action: Type.String({ description: '`thing.verb`, as in `token.create`.' }),
  subject: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});
export type AuditEntry = Static<typeof AuditEntry>;
