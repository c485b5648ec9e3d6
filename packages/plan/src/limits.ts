// Every limit of a configuration, with its sentence: a file from a tree that nobody has looked at must not stop the planner.

export type Limit = { readonly most: number; readonly sentence: string };

export const limits = {
  files: { most: 200, sentence: 'Files of the directory `.signalbox`.' },
  fileCharacters: { most: 1_000_000, sentence: 'Characters of all files of the configuration.' },
  modules: { most: 200, sentence: 'Files that a configuration in TypeScript is made of.' },
  moduleCharacters: { most: 4_000_000, sentence: 'Characters of these files together.' },
  brackets: { most: 500, sentence: 'How deep brackets may lie in each other in one of them.' },
  looks: {
    most: 2_000,
    sentence:
      'Times 10,000 loops and calls of a configuration in TypeScript; unlike seconds, the same on every machine.',
  },
  sandboxList: { most: 2_000_000, sentence: 'Keys and values that such a configuration hands over, shared ones once.' },
  sandboxBytes: { most: 268_435_456, sentence: 'Bytes of memory that a configuration in TypeScript may use.' },
  tokens: { most: 500_000, sentence: 'Words and marks of the file: keys, values, line ends, indentations.' },
  depth: { most: 50, sentence: 'How deep lists and mappings may lie in each other, aliases counted.' },
  values: { most: 5_000_000, sentence: 'Values of the file once every alias is written out.' },
  jobs: { most: 50_000, sentence: 'Jobs of the file once every matrix is written out.' },
  templates: { most: 20, sentence: 'Templates that one job applies.' },
  matrixCells: { most: 10_000, sentence: 'Cells of one matrix, before `exclude`.' },
  matrixFile: { most: 5_000, sentence: 'Values of a matrix that come from one file of the tree.' },
  dataFiles: { most: 50, sentence: 'Files of the tree from which matrices take values.' },
  chunks: { most: 500, sentence: 'Chunks of one job.' },
  needs: { most: 500_000, sentence: 'Needs of all jobs together, each job that is waited for counted.' },
  steps: { most: 200, sentence: 'Steps of one job.' },
  environment: { most: 300, sentence: 'Keys of one `env`.' },
  errorPatterns: { most: 50, sentence: 'Entries of `error-patterns`.' },
  errorLiterals: { most: 20, sentence: 'Texts of one `contains`.' },
  errorExpression: { most: 100, sentence: 'Steps of one `matches`, as RE2 counts them.' },
  list: { most: 1_000, sentence: 'Entries of any other list.' },
  globs: { most: 5_000, sentence: 'Patterns of all different `branches` and `if-changed` lists together.' },
  globSteps: {
    most: 20_000_000,
    sentence: 'Steps of comparing patterns with changed files; beyond it every `if-changed` counts as matching.',
  },
  globCharacters: { most: 200, sentence: 'Characters of one pattern.' },
  attempts: { most: 10, sentence: 'Runs of one job that keeps ending errored.' },
  durationSeconds: { most: 7 * 24 * 3600, sentence: 'Seconds of any time limit or delay: seven days.' },
  nameCharacters: { most: 200, sentence: "Characters of a job's whole name." },
  planCharacters: { most: 50_000_000, sentence: 'Characters of scripts and environment of all jobs together.' },
  diffGroups: { most: 300, sentence: 'Different ways in which lanes change that one comparison lists.' },
  mistakes: { most: 500, sentence: 'Mistakes that are reported at once.' },
} as const satisfies Record<string, Limit>;

/** A number as people write it: 20,000. */
export const counted = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
