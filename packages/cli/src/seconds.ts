// Lengths of time as people type them: 90, 90s, 5m, 1h.
import { InvalidArgumentError } from 'commander';

const units = { s: 1, m: 60, h: 3600 } as const;

export function secondsUpTo(most: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = 's'] = /^(\d{1,7})([smh])?$/.exec(text.trim()) ?? [];
    const seconds = Number(digits) * units[unit as keyof typeof units];
    if (digits !== '' && seconds <= most) return seconds;
    throw new InvalidArgumentError(`It is a time like 90s, 5m or 1h, at most ${most / units.h} h; 0 for none.`);
  };
}
