// A rule that did not hold: what a schedule ends with when something is wrong.

export class Broken extends Error {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Broken';
    this.rule = rule;
  }
}

export function must(rule: string, what: string): never {
  throw new Broken(rule, what);
}
