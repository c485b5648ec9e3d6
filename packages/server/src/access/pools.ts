// Which pools a worker token may serve: the fence between machines that may build anything and those that may sign.
import { Refused } from '@signalbox/protocol';
import type { Caller } from './who.ts';

/** @throws Refused when the token is bound to pools and these are not all among them. */
export function checkPools(caller: Caller, pools: readonly string[]): void {
  const beyond = caller.pools.length === 0 ? [] : pools.filter((pool) => !caller.pools.includes(pool));
  if (beyond.length === 0) return;
  throw new Refused(
    'not-allowed',
    `${caller.name} may serve ${caller.pools.join(', ')}; not ${beyond.join(', ')}. Start the worker without, or make a token for them: signalbox token create --worker NAME --pool ${[...caller.pools, ...beyond].join(' ')}.`,
  );
}
