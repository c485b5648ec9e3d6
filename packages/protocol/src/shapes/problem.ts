// The shape of every refusal on the wire.
import { type Static, Type } from 'typebox';
import { type ProblemCode, problemCodes } from '../problems.ts';

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A link to what this problem means.' }),
    code: Type.Unsafe<ProblemCode>(Type.Enum(problemCodes, { type: 'string' })),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong here, which one, what to do.' }),
    instance: Type.Optional(Type.String({ description: 'The id of the request, for the log.' })),
    extra: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Facts for programs.' })),
  },
  { description: 'RFC 9457 problem details.' },
);
export type Problem = Static<typeof Problem>;
