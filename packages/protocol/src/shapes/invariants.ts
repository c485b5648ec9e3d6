// What a check of the database says of each sentence that must always be true of it.
import { type Static, Type } from 'typebox';
import { Count } from './basics.ts';

export const InvariantReport = Type.Object({
  name: Type.String(),
  sentence: Type.String({ description: 'What is always so.' }),
  count: Count,
  offending: Type.Array(Type.String(), { description: 'Where it is not so: the first 20.' }),
  cure: Type.String({ description: 'What to do about it.' }),
});
export type InvariantReport = Static<typeof InvariantReport>;
