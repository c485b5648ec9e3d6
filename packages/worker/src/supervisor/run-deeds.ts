// What is done with a run for each thing that its worker can ask.
import type { HeldRun } from './held-run.ts';
import type { Ask, Described } from './messages.ts';

export type Reply = { readonly value: unknown; readonly bytes?: Buffer };
export type RunAsk = Exclude<
  Extract<Ask, { readonly claimId: string }>,
  { readonly kind: 'take' | 'forget' | 'leave' }
>;
type Deed<Kind extends RunAsk['kind']> = (
  held: HeldRun,
  ask: Extract<RunAsk, { readonly kind: Kind }>,
  bytes: Buffer,
) => Promise<Reply> | undefined;

export const done: Reply = { value: null };

const runDeeds: { readonly [Kind in RunAsk['kind']]: Deed<Kind> } = {
  begin: (held, { number, command, preface, note }) => {
    held.note = note;
    held.begin(number, command, preface);
    return undefined;
  },
  write: ({ log }, { number }, bytes) => {
    // A copy: the bytes are a piece of what came in one read.
    log.step(number).write(Buffer.from(bytes));
    return undefined;
  },
  'end-step-log': ({ log }, { number }) => {
    log.step(number).end();
    return undefined;
  },
  watch: ({ log }, { isWatched }) => {
    log.watch(isWatched);
    return undefined;
  },
  interrupt: (held, { interruption }) => {
    held.interrupt(interruption);
    return undefined;
  },
  'drop-log': ({ log }) => log.drop().then(() => done),
  next: async ({ log }, query) => {
    const chunks = await log.next(query);
    const value = chunks.map(({ member, ...described }): Described => described);
    return { value, bytes: Buffer.concat(chunks.map(({ member }) => member)) };
  },
  flush: ({ log }) => log.flush().then(() => done),
  'end-log': async (held, { count, note }) => {
    held.note = note;
    return { value: held.log.end(count) };
  },
};

/** Undefined: nobody waits for an answer. */
export function obey(held: HeldRun, ask: RunAsk, bytes: Buffer): Promise<Reply> | undefined {
  const deed = runDeeds[ask.kind] as Deed<RunAsk['kind']> | undefined;
  return deed?.(held, ask as never, bytes);
}
