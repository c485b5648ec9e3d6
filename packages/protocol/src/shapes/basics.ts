// The small shapes that every other shape is made of: instants, row ids, pages of a list.
import { type TSchema, Type } from 'typebox';

export const Instant = Type.String({ format: 'date-time', description: 'UTC, ISO 8601 with milliseconds.' });
export const RowId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/** A count or a place in bytes. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const StepIndex = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
export const Revision = Type.String({ pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$', description: 'A whole commit id.' });
export const ClaimId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: "The worker's own id of its claim: repeats find the same run, and it fences every write of that run.",
});

/** A page of a list, newest first. `next` is given back as `?cursor=`; null at the end. */
export const page = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });
