// How many searches there may be at once, in all and of one token. Who comes when all places are taken waits a while: a page
// that opens asks for several things, and a refusal would be its first picture.
import { Refused } from '@signalbox/protocol';
import type { Caller } from '../access/index.ts';
import type { RecordLimits } from '../record/index.ts';

export type SearchPlaces = {
  /** Waits for a place; what it returns gives it back. @throws Refused too-many */
  take(caller: Pick<Caller, 'tokenId'>, gone: AbortSignal): Promise<() => void>;
};

type Limits = Pick<RecordLimits, 'searches' | 'callerSearches' | 'searchWaitSeconds'>;
type Waiting = { readonly tokenId: number | null; readonly enter: () => void };

export function searchPlaces(limits: Limits): SearchPlaces {
  const going = new Map<number | null, number>();
  const waiting = new Set<Waiting>();
  let all = 0;
  const ownOf = (tokenId: number | null) => going.get(tokenId) ?? 0;
  const isFree = (tokenId: number | null) => all < limits.searches && ownOf(tokenId) < limits.callerSearches;

  const enter = (tokenId: number | null): (() => void) => {
    all++;
    going.set(tokenId, ownOf(tokenId) + 1);
    return () => {
      all--;
      const left = ownOf(tokenId) - 1;
      if (left > 0) going.set(tokenId, left);
      else going.delete(tokenId);
      // In the order in which they came; one whose token has its share lets those behind it pass.
      for (const one of waiting) if (isFree(one.tokenId)) one.enter();
    };
  };
  const refusal = (tokenId: number | null) =>
    new Refused(
      'too-many',
      all >= limits.searches
        ? `${all} searches in logs are under way here. Try again in a moment.`
        : `${ownOf(tokenId)} searches in logs are under way here with this token. Let one end first.`,
    );
  return {
    take({ tokenId }, gone) {
      if (isFree(tokenId)) return Promise.resolve(enter(tokenId));
      // Each who waits holds a connection: so many, and no more.
      if (waiting.size >= limits.searches * waitingForEach) return Promise.reject(refusal(tokenId));
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(one);
          clearTimeout(timer);
          gone.removeEventListener('abort', giveUp);
        };
        const giveUp = () => {
          leave();
          reject(refusal(tokenId));
        };
        const one: Waiting = {
          tokenId,
          enter: () => {
            leave();
            resolve(enter(tokenId));
          },
        };
        const timer = setTimeout(giveUp, limits.searchWaitSeconds * 1000);
        gone.addEventListener('abort', giveUp, { once: true });
        waiting.add(one);
      });
    },
  };
}

const waitingForEach = 8;
