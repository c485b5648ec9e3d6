// One worker that waits for a run: from its question to the answer, which it gets once.
import type { WorkerHold } from '@signalbox/protocol';
import type { Claim } from './claim.ts';
import type { Asking } from './decide/pick.ts';

export type ClaimAsked = {
  readonly claimId: string;
  readonly workerId: number;
  readonly tokenId: number | null;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
};
/** `hold`: why it gets nothing, and will get nothing until somebody lets it go. */
export type ClaimAnswered = { readonly claim: Claim | null; readonly hold: WorkerHold | null };

export type Waiter = ClaimAsked &
  Asking & {
    pools: readonly string[];
    cost: number;
    hold: WorkerHold | null;
    settled: boolean;
    /** It has come, or is to be looked at again: it stands in no pool's line yet. */
    isArriving: boolean;
    /** A statement that may give it a run is under way: until that is back nobody may answer it empty-handed. */
    inFlight: boolean;
    /** Its time is over, or its caller has gone: no more looks. */
    over: boolean;
    /** The same question, asked again while the first still waits on a dead connection. */
    followers: number;
    timer: NodeJS.Timeout | undefined;
    readonly outcome: Promise<ClaimAnswered>;
    answer(claim: Claim | null): void;
    fail(error: unknown): void;
    /** Its time is over. */
    end(): void;
  };

export function newWaiter(asked: ClaimAsked, leave: (waiter: Waiter) => void): Waiter {
  let resolve: (answered: ClaimAnswered) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const outcome = new Promise<ClaimAnswered>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const gone = () => {
    if (waiter.followers === 0) waiter.end();
  };
  const settle = () => {
    waiter.settled = true;
    clearTimeout(waiter.timer);
    asked.signal.removeEventListener('abort', gone);
    leave(waiter);
  };
  const waiter: Waiter = {
    ...asked,
    pools: [],
    cost: 0,
    hold: null,
    settled: false,
    isArriving: true,
    inFlight: false,
    over: false,
    followers: 0,
    timer: undefined,
    outcome,
    answer(claim) {
      if (waiter.settled) return;
      settle();
      resolve({ claim, hold: waiter.hold });
    },
    fail(error) {
      if (waiter.settled) return;
      settle();
      reject(error);
    },
    end() {
      waiter.over = true;
      if (!waiter.inFlight) waiter.answer(null);
    },
  };
  asked.signal.addEventListener('abort', gone);
  return waiter;
}
