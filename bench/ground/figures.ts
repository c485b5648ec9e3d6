// Small arithmetic of benchmarks.

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
