// Looks whether the database is as it must always be: for the doctor, and for tests that break everything else.
import type { Db } from '../../base/index.ts';
import { checkInvariants } from '../../flow/invariants/index.ts';
import type { Handlers } from '../handler.ts';

export function checkingHandlers({ db }: { readonly db: Db }): Handlers<'check-invariants'> {
  return { 'check-invariants': async () => ({ items: await checkInvariants(db) }) };
}
