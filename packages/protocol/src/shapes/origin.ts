// Where the fields of a job come from: each with the steps that made it, and the line of each.
import { type Static, Type } from 'typebox';
import { oneOf } from '../words.ts';

export const originKinds = [
  'written',
  'template',
  'anchor',
  'expression',
  'matrix',
  'chunk',
  'file',
  'call',
  'default',
] as const;
export type OriginKind = (typeof originKinds)[number];

export const OriginStep = Type.Object({
  kind: oneOf(
    originKinds,
    'written: here it stands. template, anchor (or `<<`): what it came through. expression: filled in here. matrix, chunk, file ' +
      '(of the tree): the value that was filled in. call: of a function, in TypeScript. default: it is not said.',
  ),
  says: Type.String({ description: 'The step in a sentence.' }),
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  column: Type.Integer({ minimum: 1 }),
  excerpt: Type.String({ description: 'The line itself.' }),
});
export type OriginStep = Static<typeof OriginStep>;

export const FieldOrigin = Type.Object({
  field: Type.String({ description: 'As in the configuration: `pool`, `env.CC`, `steps[0].script`.' }),
  value: Type.Unknown({ description: 'What it is in the end; null when there is none.' }),
  chain: Type.Array(OriginStep, { description: 'From where the job takes it to what fills it in.' }),
});
export type FieldOrigin = Static<typeof FieldOrigin>;

export const LaneOrigins = Type.Object({ lane: Type.String(), fields: Type.Array(FieldOrigin) });
export type LaneOrigins = Static<typeof LaneOrigins>;

/** Of a job as its push has it. */
export const JobOrigins = Type.Object({
  origins: Type.Union([LaneOrigins, Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()], {
    description: 'Why there are none, or why they are not all of the truth; one sentence.',
  }),
});
export type JobOrigins = Static<typeof JobOrigins>;
