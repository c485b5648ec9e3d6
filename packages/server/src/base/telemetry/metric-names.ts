// What a metric may be called and how many values its labels may have: every value is a series that is kept for ever.

/** All values of a label, or how many different ones it may have while the process lives. */
export type LabelSpec = Readonly<Record<string, readonly string[] | { readonly atMost: number }>>;

export type BoundedLabels<Spec extends LabelSpec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends readonly (infer Value)[] ? Value : string;
};

/** Where a value is counted that is beyond what was said. */
const beyond = 'other';

/** Base units, and endings that say what is counted, as Prometheus asks for. @throws our mistake, at start. */
export function assertName(name: string, endings: readonly string[] = []): void {
  if (!/^[a-z][a-z0-9_]*[a-z0-9]$/.test(name))
    throw new Error(`metric "${name}": lower-case words with _ between them`);
  if (name.startsWith('signalbox_')) throw new Error(`metric "${name}": signalbox_ is put before it already`);
  if (/_(milliseconds|ms|minutes|kilobytes|megabytes|percent)\b/.test(name)) {
    throw new Error(`metric "${name}": base units only: _seconds, _bytes, _ratio`);
  }
  if (endings.length > 0 && !endings.some((ending) => name.endsWith(ending))) {
    throw new Error(`metric "${name}": it must end in ${endings.join(' or ')}`);
  }
  if (endings.length === 0 && name.endsWith('_total')) throw new Error(`metric "${name}": _total is for counters`);
}

/** Brings values back into bounds; the bound of an open label holds for each metric by itself. */
export function boundLabels<Spec extends LabelSpec>(spec: Spec | undefined) {
  const labels = Object.entries(spec ?? {}).map(([name, values]) => {
    const known = new Set<string>('atMost' in values ? [] : values);
    const atMost = 'atMost' in values ? values.atMost : known.size;
    const bound = (value: string): string => {
      if (known.has(value)) return value;
      if (known.size >= atMost) return beyond;
      known.add(value);
      return value;
    };
    return { name, bound };
  });
  return {
    names: labels.map(({ name }) => name),
    of(values: BoundedLabels<Spec>): Record<string, string> {
      const given = values as Readonly<Record<string, string>>;
      return Object.fromEntries(labels.map(({ name, bound }) => [name, bound(given[name] ?? beyond)]));
    },
  };
}
