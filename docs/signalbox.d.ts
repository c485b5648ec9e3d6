// Types of a configuration in TypeScript, for editors and `tsc`: `import { defineConfig } from 'signalbox'`. What runs
// has a module of its own. Made by `signalbox init --typescript`, which writes it anew; nothing else reads it.
declare module 'signalbox' {
  /** What a configuration is made from. The same of it, and the same files, give the same result. */
  export type Context = {
    /** The branch that was pushed to. */
    readonly branch: string;
    readonly push: {
      /** The newest commit's whole message. */
      readonly message: string;
      /** Why it is planned: `push`, `manual`, … */
      readonly cause: string;
    };
    /** Changed paths; null when they are too many to know, which counts as everything. */
    readonly files: readonly string[] | null;
    /** Texts by name that whoever started it gave; none for a push. */
    readonly parameters: Readonly<Record<string, string>>;
  };

  /** What `export default` may be. */
  export type Script = Configuration | ((context: Context) => Configuration | Promise<Configuration>);

  /** Gives back what it is given: it is there for its types. */
  export function defineConfig(script: Script): Script;

  /** What Signalbox runs for the pushes of a repository: .signalbox.yml, version 1. */
  export type Configuration = {
    /** Version of the language. Default: `1`. */
    readonly version?: 1 | undefined;
    /** Environment of the steps of all jobs. */
    readonly env?: {
      readonly [key: string]: string | number | boolean | undefined;
    } | undefined;
    /** Lines of logs that look like the reason of a failure, beside those that are known: the job page opens at the first of them. */
    readonly 'error-patterns'?: readonly ({
      /** Shown with the lines that it finds. */
      readonly name: string;
      /** The line holds this text, or one of these, as it stands. It is what makes looking fast. Example: `LINT-FAILED`. */
      readonly contains: string | readonly string[];
      /** And it matches this expression, as RE2 reads it: without colours, its first 500 characters. Example: `^LINT-FAILED: \\S+ is not`. */
      readonly matches?: string | undefined;
      /** true: such a line is never an error line, whatever else finds it. Default: `false`. */
      readonly ignore?: boolean | undefined;
    })[] | undefined;
    /** What several jobs share: each names it in `template`. A template cannot apply another. */
    readonly templates?: {
      readonly [key: string]: Template | undefined;
    } | undefined;
    /** The jobs, each under its name. */
    readonly jobs: {
      readonly [key: string]: Entry | undefined;
    };
    readonly [key: `x-${string}`]: unknown;
  };

  /** What to run, in which pool, after what; or, with `gate`, what to ask. */
  export type Entry = Gate | Job;

  /** What to run, in which pool, after what. */
  export type Job = {
    /** What starts the job. Default: `push`. */
    readonly on?: Trigger | undefined;
    /** All of these must hold, or the job is left out of the push, with the reason. A pattern that begins with ! takes away. */
    readonly when?: When | undefined;
    /** Templates whose keys the job takes over, but for those that it has itself. Of several the last wins. `env` is joined name by name. Example: `linux`. */
    readonly template?: string | readonly string[] | undefined;
    /** One job for each combination of values. `${{ matrix.KEY }}` is filled in everywhere in the job, and each value is in the environment as `MATRIX_KEY`. The jobs are named `<job>-<value>-<value>`, in the order of the keys. */
    readonly matrix?: Matrix | undefined;
    /** The job is cut into so many, each with a number of its own at the end of its name: `${{ matrix.chunk }}`, counted from 1, and `MATRIX_CHUNK` and `MATRIX_CHUNKS` in the environment. */
    readonly chunks?: number | undefined;
    /** The column of the grid. Default: `matrix.platform`, else none. */
    readonly platform?: string | number | boolean | undefined;
    /** A second word beside the platform. Default: `matrix.variant`, else none. */
    readonly variant?: string | number | boolean | undefined;
    /** What it runs: try syntax and the grid know the job by it. Default: `matrix.suite`. */
    readonly suite?: string | number | boolean | undefined;
    /** Jobs of one group stand together in the grid. */
    readonly group?: string | number | boolean | undefined;
    /** The job in the grid. Default: made of its name. */
    readonly symbol?: string | undefined;
    /** How much a failure matters: 1 closes the tree, 2 is looked at, 3 is shown when asked for. Default: `1`. */
    readonly tier?: number | undefined;
    /** Only a push on which the job passed can be the green line of its branch. Default: `false`. */
    readonly required?: boolean | undefined;
    /** Jobs that must have passed before this one starts. The name of a job with a matrix means all of its jobs; `build-linux-opt` means that one. Example: `["lint","build-${{ matrix.platform }}"]`. */
    readonly needs?: readonly (string | {
      /** The job that is waited for. */
      readonly job: string;
      /** Artifacts of that job that lie in the checkout before the first step, under the paths that they had. Of a job with a matrix each lies in a directory of the name of its lane. Example: `["dist/**"]`. */
      readonly artifacts?: readonly string[] | undefined;
      /** Directory for these artifacts. Default: the top of the checkout. */
      readonly into?: string | undefined;
      /** true: when that job is left out of the push, this one runs without it. Default: `false`. */
      readonly optional?: boolean | undefined;
    })[] | undefined;
    /** The job is left out of a push in which no file matches. A pattern with ! takes away; the order does not matter. Example: `["src/**","!**\/*.md"]`. */
    readonly 'if-changed'?: readonly string[] | undefined;
    /** The pool of workers that may run the job. Default: `default`. */
    readonly pool?: string | undefined;
    /** Of the jobs that wait for a pool, a higher one comes first. Waiting long makes up for it. Default: `0`. */
    readonly priority?: number | undefined;
    /** How many older pushes of the branch, whose job of this name is still to run, one run may stand for. Theirs end skipped, with the job that ran instead. 0: every push has a run of its own. Default: `0`. */
    readonly coalesce?: number | undefined;
    /** The group that the job is in. Only so many jobs of a group run at once, whatever their pushes and branches. The limit lives on the group at the server: 1, until somebody changes it there. Example: `deploy`. */
    readonly concurrency?: string | undefined;
    /** How long the job waits from the moment at which nothing is missing any more. Default: not at all. Example: `10m`. */
    readonly delay?: string | undefined;
    /** Environment of the steps. Wins over the `env` of the file. */
    readonly env?: {
      readonly [key: string]: string | number | boolean | undefined;
    } | undefined;
    /** false: the job starts in an empty directory. Default: `true`. */
    readonly checkout?: boolean | undefined;
    /** Secrets of the repository that the steps find in their environment, under these names. */
    readonly secrets?: readonly string[] | undefined;
    /** Runs at most while it ends errored, which is not the code's fault. A failure is never tried again. Default: `3`. */
    readonly attempts?: number | undefined;
    /** Limit of a whole run. Default: `2h`. */
    readonly timeout?: string | undefined;
    /** Longest time that a step may print nothing. Default: `20m`. */
    readonly 'silent-timeout'?: string | undefined;
    /** Files that are kept when the steps have ended, also of a job that failed. Example: `["dist/**"]`. */
    readonly artifacts?: readonly string[] | undefined;
    /** Files of test results: kept like artifacts, also of a job that failed, and read. Nothing is wrong when none is there. Example: `["reports/**\/*.xml",{"files":"unit.json","format":"go-test"}]`. */
    readonly results?: Results | undefined;
    /** In the archive its log and artifacts lie beside those of this job: tests beside the build that they tested. Default: with the jobs of its own platform and variant. Example: `build-${{ matrix.platform }}`. */
    readonly beside?: string | undefined;
    /** What is done, in order. A step that fails ends the job, but for steps with `always`. */
    readonly steps?: readonly Step[] | undefined;
  };

  /** A job that waits for a person. It runs nothing, so it has no steps and no pool; jobs that `need` it wait too. */
  export type Gate = {
    /** What a person is asked before anything goes on that needs this job. Example: `Ship it?`. */
    readonly gate: string;
    /** What starts the job. Default: `push`. */
    readonly on?: Trigger | undefined;
    /** All of these must hold, or the job is left out of the push, with the reason. A pattern that begins with ! takes away. */
    readonly when?: When | undefined;
    /** Templates whose keys the job takes over, but for those that it has itself. Of several the last wins. `env` is joined name by name. Example: `linux`. */
    readonly template?: string | readonly string[] | undefined;
    /** One job for each combination of values. `${{ matrix.KEY }}` is filled in everywhere in the job, and each value is in the environment as `MATRIX_KEY`. The jobs are named `<job>-<value>-<value>`, in the order of the keys. */
    readonly matrix?: Matrix | undefined;
    /** The job is cut into so many, each with a number of its own at the end of its name: `${{ matrix.chunk }}`, counted from 1, and `MATRIX_CHUNK` and `MATRIX_CHUNKS` in the environment. */
    readonly chunks?: number | undefined;
    /** The column of the grid. Default: `matrix.platform`, else none. */
    readonly platform?: string | number | boolean | undefined;
    /** A second word beside the platform. Default: `matrix.variant`, else none. */
    readonly variant?: string | number | boolean | undefined;
    /** What it runs: try syntax and the grid know the job by it. Default: `matrix.suite`. */
    readonly suite?: string | number | boolean | undefined;
    /** Jobs of one group stand together in the grid. */
    readonly group?: string | number | boolean | undefined;
    /** The job in the grid. Default: made of its name. */
    readonly symbol?: string | undefined;
    /** How much a failure matters: 1 closes the tree, 2 is looked at, 3 is shown when asked for. Default: `1`. */
    readonly tier?: number | undefined;
    /** Only a push on which the job passed can be the green line of its branch. Default: `false`. */
    readonly required?: boolean | undefined;
    /** Jobs that must have passed before this one starts. The name of a job with a matrix means all of its jobs; `build-linux-opt` means that one. Example: `["lint","build-${{ matrix.platform }}"]`. */
    readonly needs?: readonly (string | {
      /** The job that is waited for. */
      readonly job: string;
      /** Artifacts of that job that lie in the checkout before the first step, under the paths that they had. Of a job with a matrix each lies in a directory of the name of its lane. Example: `["dist/**"]`. */
      readonly artifacts?: readonly string[] | undefined;
      /** Directory for these artifacts. Default: the top of the checkout. */
      readonly into?: string | undefined;
      /** true: when that job is left out of the push, this one runs without it. Default: `false`. */
      readonly optional?: boolean | undefined;
    })[] | undefined;
    /** The job is left out of a push in which no file matches. A pattern with ! takes away; the order does not matter. Example: `["src/**","!**\/*.md"]`. */
    readonly 'if-changed'?: readonly string[] | undefined;
  };

  /** Keys of jobs, for jobs that name it in `template`. */
  export type Template = {
    /** What starts the job. Default: `push`. */
    readonly on?: Trigger | undefined;
    /** All of these must hold, or the job is left out of the push, with the reason. A pattern that begins with ! takes away. */
    readonly when?: When | undefined;
    /** One job for each combination of values. `${{ matrix.KEY }}` is filled in everywhere in the job, and each value is in the environment as `MATRIX_KEY`. The jobs are named `<job>-<value>-<value>`, in the order of the keys. */
    readonly matrix?: Matrix | undefined;
    /** The job is cut into so many, each with a number of its own at the end of its name: `${{ matrix.chunk }}`, counted from 1, and `MATRIX_CHUNK` and `MATRIX_CHUNKS` in the environment. */
    readonly chunks?: number | undefined;
    /** The column of the grid. Default: `matrix.platform`, else none. */
    readonly platform?: string | number | boolean | undefined;
    /** A second word beside the platform. Default: `matrix.variant`, else none. */
    readonly variant?: string | number | boolean | undefined;
    /** What it runs: try syntax and the grid know the job by it. Default: `matrix.suite`. */
    readonly suite?: string | number | boolean | undefined;
    /** Jobs of one group stand together in the grid. */
    readonly group?: string | number | boolean | undefined;
    /** The job in the grid. Default: made of its name. */
    readonly symbol?: string | undefined;
    /** How much a failure matters: 1 closes the tree, 2 is looked at, 3 is shown when asked for. Default: `1`. */
    readonly tier?: number | undefined;
    /** Only a push on which the job passed can be the green line of its branch. Default: `false`. */
    readonly required?: boolean | undefined;
    /** Jobs that must have passed before this one starts. The name of a job with a matrix means all of its jobs; `build-linux-opt` means that one. Example: `["lint","build-${{ matrix.platform }}"]`. */
    readonly needs?: readonly (string | {
      /** The job that is waited for. */
      readonly job: string;
      /** Artifacts of that job that lie in the checkout before the first step, under the paths that they had. Of a job with a matrix each lies in a directory of the name of its lane. Example: `["dist/**"]`. */
      readonly artifacts?: readonly string[] | undefined;
      /** Directory for these artifacts. Default: the top of the checkout. */
      readonly into?: string | undefined;
      /** true: when that job is left out of the push, this one runs without it. Default: `false`. */
      readonly optional?: boolean | undefined;
    })[] | undefined;
    /** The job is left out of a push in which no file matches. A pattern with ! takes away; the order does not matter. Example: `["src/**","!**\/*.md"]`. */
    readonly 'if-changed'?: readonly string[] | undefined;
    /** The pool of workers that may run the job. Default: `default`. */
    readonly pool?: string | undefined;
    /** Of the jobs that wait for a pool, a higher one comes first. Waiting long makes up for it. Default: `0`. */
    readonly priority?: number | undefined;
    /** How many older pushes of the branch, whose job of this name is still to run, one run may stand for. Theirs end skipped, with the job that ran instead. 0: every push has a run of its own. Default: `0`. */
    readonly coalesce?: number | undefined;
    /** The group that the job is in. Only so many jobs of a group run at once, whatever their pushes and branches. The limit lives on the group at the server: 1, until somebody changes it there. Example: `deploy`. */
    readonly concurrency?: string | undefined;
    /** How long the job waits from the moment at which nothing is missing any more. Default: not at all. Example: `10m`. */
    readonly delay?: string | undefined;
    /** Environment of the steps. Wins over the `env` of the file. */
    readonly env?: {
      readonly [key: string]: string | number | boolean | undefined;
    } | undefined;
    /** false: the job starts in an empty directory. Default: `true`. */
    readonly checkout?: boolean | undefined;
    /** Secrets of the repository that the steps find in their environment, under these names. */
    readonly secrets?: readonly string[] | undefined;
    /** Runs at most while it ends errored, which is not the code's fault. A failure is never tried again. Default: `3`. */
    readonly attempts?: number | undefined;
    /** Limit of a whole run. Default: `2h`. */
    readonly timeout?: string | undefined;
    /** Longest time that a step may print nothing. Default: `20m`. */
    readonly 'silent-timeout'?: string | undefined;
    /** Files that are kept when the steps have ended, also of a job that failed. Example: `["dist/**"]`. */
    readonly artifacts?: readonly string[] | undefined;
    /** Files of test results: kept like artifacts, also of a job that failed, and read. Nothing is wrong when none is there. Example: `["reports/**\/*.xml",{"files":"unit.json","format":"go-test"}]`. */
    readonly results?: Results | undefined;
    /** In the archive its log and artifacts lie beside those of this job: tests beside the build that they tested. Default: with the jobs of its own platform and variant. Example: `build-${{ matrix.platform }}`. */
    readonly beside?: string | undefined;
    /** What is done, in order. A step that fails ends the job, but for steps with `always`. */
    readonly steps?: readonly Step[] | undefined;
  };

  export type Step = string | boolean | StepTable;

  /** One command of a job, with its own log. */
  export type StepTable = {
    /** What people see. Default: the first line of the script. Example: `Unit tests`. */
    readonly name?: string | undefined;
    /** Handed to the shell as it stands; it may have many lines. The step fails if the shell ends with another code than 0. Example: `npm test`. */
    readonly script: string | boolean;
    /** What reads the script. On Windows the worker finds its own `sh`. Default: `sh`. */
    readonly shell?: 'sh' | 'bash' | 'pwsh' | 'cmd' | 'node' | `${string}\${{${string}` | undefined;
    /** The step is ended after this time. Default: the job's `timeout`. */
    readonly timeout?: string | undefined;
    /** The step is ended after this time without output. Default: the job's `silent-timeout`. */
    readonly 'silent-timeout'?: string | undefined;
    /** The step runs also after a step before it failed: to upload, to clean up. Default: `false`. */
    readonly always?: boolean | undefined;
    /** The job goes on, and may pass, when this step fails. Default: `false`. */
    readonly 'may-fail'?: boolean | undefined;
  };

  /** One job for each combination of values. `${{ matrix.KEY }}` is filled in everywhere in the job, and each value is in the environment as `MATRIX_KEY`. The jobs are named `<job>-<value>-<value>`, in the order of the keys. */
  export type Matrix = {
    /** Adds a job for each entry; it never changes a combination that is there. */
    readonly include?: readonly ({
      readonly [key: string]: string | number | boolean | undefined;
    })[] | undefined;
    /** Removes every combination that has all the values of an entry. */
    readonly exclude?: readonly ({
      readonly [key: string]: string | number | boolean | undefined;
    })[] | undefined;
    readonly [key: string]: readonly (string | number | boolean)[] | {
      /** A file of the tree at the same commit: JSON or YAML with a list, or a mapping for its keys; in any other file each line is a value, and # begins a comment. Example: `locales/all-locales`. */
      readonly file: string;
      /** Where in a JSON or YAML file the values are. */
      readonly key?: string | undefined;
    } | readonly ({
      readonly [key: string]: string | number | boolean | undefined;
    })[] | undefined;
  };

  /** What starts the job. Default: `push`. */
  export type Trigger = 'push' | {
    /** Pushes start the job. */
    readonly push: {
      /** Branches whose pushes start the job. Default: every branch. Example: `["main","release/*"]`. */
      readonly branches?: readonly string[] | undefined;
    } | null;
  };

  /** All of these must hold, or the job is left out of the push, with the reason. A pattern that begins with ! takes away. */
  export type When = {
    /** Patterns of which one matches the branch. Example: `["main"]`. */
    readonly branch?: readonly string[] | undefined;
    /** Why the pipeline exists. */
    readonly cause?: readonly ('push' | 'manual' | 'api' | 'try' | 'nightly' | 'release' | 'backfill')[] | undefined;
    /** Texts of which one stands in the push's message. Example: `["[full]"]`. */
    readonly message?: readonly string[] | undefined;
    /** Patterns of which one matches the job's platform. */
    readonly platform?: readonly string[] | undefined;
    /** Patterns of which one matches the job's variant. */
    readonly variant?: readonly string[] | undefined;
    /** Patterns of which one matches the job's suite. */
    readonly suite?: readonly string[] | undefined;
    /** Patterns of which one matches the job's group. */
    readonly group?: readonly string[] | undefined;
  };

  /** Files of test results: kept like artifacts, also of a job that failed, and read. Nothing is wrong when none is there. Example: `["reports/**\/*.xml",{"files":"unit.json","format":"go-test"}]`. */
  export type Results = readonly (string | {
    /** Relative to the root of the tree. */
    readonly files: string;
    /** Left out: what the name or the beginning of the file says. */
    readonly format?: 'junit' | 'tap' | 'go-test' | 'node-spec' | 'sarif' | undefined;
  })[];
}

/** Files of the tree as text, `import text from './build.sh' with { type: 'text' }`; other endings as these two. */
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.txt' {
  const text: string;
  export default text;
}
