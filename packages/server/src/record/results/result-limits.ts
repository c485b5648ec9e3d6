// The limits of reading test results, each with its reason. Files come from jobs: some are huge, some are hostile.
export type ResultLimits = {
  /** Cases and findings kept of one file: each is a row. */
  readonly entries: number;
  /** Characters of a name, a suite or a path: they are keys of a history. */
  readonly nameCharacters: number;
  readonly messageCharacters: number;
  /** Characters kept of what one case printed: half from its head, half from its tail. */
  readonly outputCharacters: number;
  /** Characters of messages and outputs kept of one file: they are in memory at once. Beyond, cases come without them. */
  readonly keptCharacters: number;
  readonly notes: number;
  /** Elements, subtests or brackets in one another. */
  readonly depth: number;
  /** Characters of one line, and of one record of JSON. */
  readonly lineCharacters: number;
  /** Cases that are under way at once, where a format mixes them. */
  readonly openCases: number;
};

export const resultDefaults: ResultLimits = {
  entries: 50_000,
  nameCharacters: 1000,
  messageCharacters: 4000,
  outputCharacters: 8000,
  keptCharacters: 33_554_432,
  notes: 20,
  depth: 100,
  lineCharacters: 1_048_576,
  openCases: 10_000,
};
