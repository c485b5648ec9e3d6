// Artifacts of earlier jobs on their way into a later one's checkout.
import { type Static, Type } from 'typebox';
import { RowId } from './basics.ts';

export const Download = Type.Object({
  job: Type.String({ description: 'The lane that left it.' }),
  run: RowId,
  path: Type.String({ description: 'As its run called it.' }),
  into: Type.String({ description: 'Directory below the checkout; empty for the checkout itself.' }),
  sizeBytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type Download = Static<typeof Download>;

export const MissingDownload = Type.Object({
  job: Type.String(),
  pattern: Type.String(),
  why: Type.String({ description: 'One sentence.' }),
});
export type MissingDownload = Static<typeof MissingDownload>;
