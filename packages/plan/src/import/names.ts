// Names of other tools made into names that are allowed here, each of them once.
import { limits } from '../limits.ts';
import { patternOf } from '../schema/fits.ts';
import type { Schema } from '../schema/shape.ts';
import { concurrencyGroup, matrixKey, poolName, templateName } from '../schema/texts.ts';

/** `build:linux 1/3` is `build-linux-1-3`. */
export function jobName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+|-+$/g, '');
  return fitting(plain.slice(0, 80), templateName) ?? 'job';
}

export function poolNameOf(name: string): string | null {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+|-+$/g, '');
  return fitting(plain.slice(0, 63), poolName);
}

export function groupName(name: string): string | null {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '');
  return fitting(plain.slice(0, 100), concurrencyGroup);
}

export function matrixKeyName(key: string): string {
  const plain = key.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z_]+|-+$/g, '');
  const name = fitting(plain.slice(0, 45), matrixKey) ?? 'key';
  return name === 'include' || name === 'exclude' ? `${name}-` : name;
}

export function environmentName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_');
  return plain.slice(0, 190) || '_';
}

function fitting(name: string, schema: Schema): string | null {
  return name !== '' && patternOf(schema.pattern ?? '').test(name) ? name : null;
}

/** On one line, without what no line shows. */
export const stepName = (name: string): string =>
  name
    .replace(/[\0-\x1f\x7f\s]+/g, ' ')
    .trim()
    .slice(0, 100);

/** Gives a name once: the second time it has a number. */
export function createNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    while (taken.has(name)) {
      const number = (numbers.get(wanted) ?? 1) + 1;
      numbers.set(wanted, number);
      name = `${wanted}-${number}`;
    }
    taken.add(name);
    return name;
  };
}

/** What `signalbox` makes of a value in a job's name. */
export const inName = (value: string): string => value.replace(/[^A-Za-z0-9._-]+/g, '-');

export const longestName = limits.nameCharacters.most;
