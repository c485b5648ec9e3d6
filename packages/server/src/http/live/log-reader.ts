// One reader of a followed log: what is written to it, whether it keeps up, and when it is given up.
import type { ServerResponse } from 'node:http';

export type LogReader = {
  /** Offset up to which it was told. */
  at: number;
  /** It is being brought to where the others are. */
  isCatchingUp: boolean;
  readonly isGone: boolean;
  /** It has taken so little that more would only fill the memory. */
  isBehind(): boolean;
  write(bytes: Buffer): void;
  /** Until it takes more, or has gone: one that takes nothing for long is cut off. */
  drained(): Promise<void>;
  end(bytes?: Buffer): void;
  /** Whether its token is still good. */
  readonly mayStill: () => Promise<boolean>;
};

export type FollowLimits = {
  /** Readers that follow logs at one server. */
  readonly followers: number;
  /** What waits in memory for one reader. */
  readonly backlogBytes: number;
  /** How long a reader may take nothing at all. */
  readonly stallSeconds: number;
};

export const followDefaults: FollowLimits = { followers: 5000, backlogBytes: 262_144, stallSeconds: 30 };

export function createReader(
  out: ServerResponse,
  at: number,
  mayStill: () => Promise<boolean>,
  { backlogBytes, stallSeconds }: FollowLimits,
): LogReader {
  return {
    at,
    isCatchingUp: false,
    mayStill,
    get isGone() {
      return out.destroyed || out.writableEnded;
    },
    isBehind: () => out.writableLength > backlogBytes,
    write: (bytes) => void out.write(bytes),
    drained() {
      if (out.destroyed || !out.writableNeedDrain) return Promise.resolve();
      return new Promise((resolve) => {
        // It comes again with the offset that it has.
        const stalled = setTimeout(() => out.destroy(), stallSeconds * 1000);
        const go = () => {
          clearTimeout(stalled);
          out.off('drain', go).off('close', go);
          resolve();
        };
        out.once('drain', go).once('close', go);
      });
    },
    end: (bytes) => void (bytes ? out.end(bytes) : out.end()),
  };
}
