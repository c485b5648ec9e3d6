// What every format of test results is read into: cases, findings, and notes of what could not be read.

/** flaky: it failed and then passed, in one run. errored: it could not be run to an answer. */
export type CaseState = 'passed' | 'failed' | 'errored' | 'skipped' | 'flaky';

export type TestCase = {
  /** What it belongs to: a class, a package, a file or a group within a file. Empty where the format names none. */
  readonly suite: string;
  readonly name: string;
  readonly file: string | null;
  readonly state: CaseState;
  readonly durationMs: number | null;
  /** Why it is not passed, in a line or a few. */
  readonly message: string | null;
  /** Head and tail of what it printed and where it broke. */
  readonly output: string | null;
};

/** What an analysis of the code found (SARIF). */
export type Finding = {
  readonly rule: string;
  readonly level: 'none' | 'note' | 'warning' | 'error';
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
};

/** What was wrong with the file, for the person who must repair what wrote it. */
export type Note = { readonly line: number; readonly text: string };

export type Results = {
  readonly cases: readonly TestCase[];
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  /** Cases and findings beyond the limit: read and counted, but not kept. */
  readonly leftOut: number;
  /** Of all cases and findings, those left out included. */
  readonly counts: Readonly<Record<CaseState, number>>;
  readonly levels: Readonly<Record<Finding['level'], number>>;
};
