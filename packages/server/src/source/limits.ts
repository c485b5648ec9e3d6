// The limits of the source room, each with its reason. settings.ts fills them from the environment.
export type SourceLimits = {
  /** Longest time of one git command; the first fetch of a big repository is the longest. */
  readonly gitSeconds: number;
  /** A push that changes more paths than this counts as changing everything. */
  readonly changedFiles: number;
  /** Largest file that is read at a commit: configuration is text. */
  readonly fileBytes: number;
};

export const sourceDefaults: SourceLimits = {
  gitSeconds: 600,
  changedFiles: 3000,
  fileBytes: 1_048_576,
};
