// The limits of what a run may leave behind, each with its reason. settings.ts fills them from the environment.
export type RecordLimits = {
  /** Uncompressed bytes of one log chunk: what a reader inflates to see one line of it. */
  readonly chunkBytes: number;
  /** Bytes of one append call: it is held in memory whole, on both sides. */
  readonly appendBytes: number;
  /** Chunks of one append call. */
  readonly appendChunks: number;
  /** Uncompressed bytes of one step's log: a step that prints for ever fills no disk. */
  readonly logBytes: number;
  /** Steps of a run, the set-up included. */
  readonly steps: number;
  /** Bytes of one answer to a log reader who does not say how much they want. */
  readonly readBytes: number;
  /** How long one call searches a log before it answers with what it has, and how to go on. */
  readonly searchSeconds: number;
  /** Text that one call searches before it answers with what it has. */
  readonly searchBytes: number;
  /** Searches of one server at once, and of one caller: each inflates as fast as it can. */
  readonly searches: number;
  readonly callerSearches: number;
  /** How long a search waits for a place before it is refused. */
  readonly searchWaitSeconds: number;
  /** Threads that inflate and search: as many processors are busy while somebody does. */
  readonly searchThreads: number;
  /** Bytes shown of a line that was found. */
  readonly searchTextBytes: number;
  /** Bytes of a line that a regular expression looks at, and the steps it may have: their product is the longest standstill. */
  readonly expressionLineBytes: number;
  readonly expressionSize: number;
  /** How long one call compares two logs before it answers with what it has, and how to go on. */
  readonly compareSeconds: number;
  /** Comparisons of one server at once. */
  readonly comparisons: number;
  /** How far two logs that have parted are looked through for where they meet again: lines and bytes of each. */
  readonly compareLines: number;
  readonly compareBytes: number;
  /** Lines shown of a difference, on each side. */
  readonly compareShownLines: number;
  /** Error lines that are kept of one run. */
  readonly errorLines: number;
  /** Cases and findings that are kept of one file of test results: each is a row. */
  readonly resultEntries: number;
  /** Bytes that are read of one file of test results. */
  readonly resultBytes: number;
  /** How long a server that took a file of results has for it, and how often one is begun, before it is given up. */
  readonly resultSeconds: number;
  readonly resultTries: number;
  /** Runs sealed in one go: their SQL is shared. */
  readonly sealBatch: number;
  /** How long the log of a run that ended may stay on its way; then it is sealed as it is, and the file says what is missing. */
  readonly arrivalSeconds: number;
  /** How long the log of a lost run stays open for its worker to come back, unless another takes the job before. */
  readonly lostLogSeconds: number;
  /** How long a server that took a run to seal has for it before another one takes it over. */
  readonly sealSeconds: number;
  /** Compressed bytes up to which a log is sealed in memory, together with others; a bigger one is streamed by itself. */
  readonly smallLogBytes: number;
  /** Bytes of one artifact. */
  readonly artifactBytes: number;
  /** Artifacts of one run: each is a row and a file. */
  readonly artifacts: number;
  /** Bytes of an artifact's path. */
  readonly artifactPathBytes: number;
  /** Artifacts of one run that have begun to come in pieces and are not whole. */
  readonly uploads: number;
  /** Names shown of one archive directory. */
  readonly listEntries: number;
  /** Files named by one SHA256SUMS or manifest.json: it is made in memory when it is asked for. */
  readonly describedFiles: number;
  /** How long history is remembered: what the archive keeps no longer than by a rule goes then at the latest. 0: for ever. */
  readonly historySeconds: number;
  /** Age at which a file that no row names is removed; with the time between two looks less than a day. */
  readonly orphanSeconds: number;
  /** Age at which a file that was never finished is removed; with the time between two looks less than a day. */
  readonly unfinishedSeconds: number;
};

export const recordDefaults: RecordLimits = {
  chunkBytes: 1_048_576,
  appendBytes: 8_388_608,
  appendChunks: 1000,
  logBytes: 1_073_741_824,
  steps: 1001,
  readBytes: 1_048_576,
  searchSeconds: 5,
  searchBytes: 4_294_967_296,
  searches: 8,
  callerSearches: 4,
  searchWaitSeconds: 5,
  searchThreads: 2,
  searchTextBytes: 1000,
  expressionLineBytes: 4096,
  expressionSize: 500,
  compareSeconds: 5,
  comparisons: 2,
  compareLines: 10_000,
  compareBytes: 8_388_608,
  compareShownLines: 20,
  errorLines: 40,
  resultEntries: 100_000,
  resultBytes: 268_435_456,
  resultSeconds: 60,
  resultTries: 5,
  sealBatch: 50,
  arrivalSeconds: 600,
  lostLogSeconds: 3600,
  sealSeconds: 300,
  smallLogBytes: 262_144,
  artifactBytes: 2_147_483_648,
  artifacts: 10_000,
  artifactPathBytes: 1000,
  uploads: 16,
  listEntries: 10_000,
  describedFiles: 20_000,
  historySeconds: 31_536_000,
  orphanSeconds: 43_200,
  unfinishedSeconds: 43_200,
};
