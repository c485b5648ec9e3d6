// The environment of a step: a closed list, each with a sentence. The page docs/job-environment.md is made from it.
import type { WorkOrder } from '@signalbox/protocol/browser';

export type Surroundings = {
  readonly order: WorkOrder;
  readonly step: { readonly name: string; readonly index: number };
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
  /** The server's address, before links that are only a path. */
  readonly server: string;
  readonly mark: string;
  readonly platform: NodeJS.Platform;
  /** The worker's own environment, of which only what is listed here is passed on. */
  readonly own: Readonly<Record<string, string | undefined>>;
  readonly argumentBytes: number;
};

type Variable = {
  readonly sentence: string;
  /** Undefined: not set. */
  readonly value: (of: Surroundings) => string | undefined;
};

const passedOn = (name: string, sentence: string): Variable => ({
  sentence: `${sentence} As it is for the worker.`,
  value: ({ own, platform }) => (platform === 'win32' ? ownOnWindows(own, name) : undefined),
});

/** On every system. */
export const variables = {
  PATH: {
    sentence: 'Where programs are found. As it is for the worker.',
    value: ({ own, platform }) => (platform === 'win32' ? ownOnWindows(own, 'PATH') : own['PATH']),
  },
  LANG: { sentence: "The worker's language, or `C.UTF-8`.", value: ({ own }) => own['LANG'] || 'C.UTF-8' },
  HOME: { sentence: 'An empty directory of this run alone.', value: ({ home }) => home },
  TMPDIR: { sentence: 'A directory for temporary files of this run alone.', value: ({ temporary }) => temporary },
  TMP: { sentence: 'The same as `TMPDIR`.', value: ({ temporary }) => temporary },
  TEMP: { sentence: 'The same as `TMPDIR`.', value: ({ temporary }) => temporary },
  TZ: { sentence: '`UTC`.', value: () => 'UTC' },
  TERM: { sentence: '`xterm-256color`: the log pages show colours.', value: () => 'xterm-256color' },
  FORCE_COLOR: { sentence: '`1`: programs that ask it print colours though no terminal is there.', value: () => '1' },
  CLICOLOR_FORCE: { sentence: '`1`: the same, for other programs.', value: () => '1' },
  CI: { sentence: '`true`.', value: () => 'true' },
  SIGNALBOX: { sentence: '`true`.', value: () => 'true' },
  SIGNALBOX_RUN: {
    sentence: 'Marks all processes of this run: whatever carries it is ended with the run. Leave it as it is.',
    value: ({ mark }) => mark,
  },
  CI_SYSTEM_NAME: { sentence: '`signalbox`.', value: () => 'signalbox' },
  CI_WORKSPACE: { sentence: 'The checkout, where every step begins.', value: ({ workspace }) => workspace },
  CI_REPO: { sentence: 'Name of the repository.', value: ({ order }) => order.repo.name },
  CI_REPO_NAME: { sentence: 'The same as `CI_REPO`.', value: ({ order }) => order.repo.name },
  CI_REPO_CLONE_URL: {
    sentence: 'Address of the repository, without any password in it.',
    value: ({ order }) => withoutPassword(order.repo.url),
  },
  CI_COMMIT_SHA: { sentence: 'The commit that is checked out, in full.', value: ({ order }) => order.push.revision },
  CI_COMMIT_REF: { sentence: 'Its ref: `refs/heads/BRANCH`.', value: ({ order }) => `refs/heads/${order.push.branch}` },
  CI_COMMIT_BRANCH: { sentence: 'Its branch.', value: ({ order }) => order.push.branch },
  CI_COMMIT_MESSAGE: { sentence: 'Its whole message.', value: ({ order }) => order.push.message },
  CI_COMMIT_AUTHOR: { sentence: 'Its author.', value: ({ order }) => order.push.author },
  CI_PREV_COMMIT_SHA: {
    sentence: 'What the branch pointed at before the push; not set on a new branch.',
    value: ({ order }) => (/^0*$/.test(order.push.before ?? '') ? undefined : (order.push.before ?? undefined)),
  },
  SOURCE_DATE_EPOCH: {
    sentence: 'Time of the commit, in seconds since 1970: for builds that can be reproduced.',
    value: ({ order }) => String(Math.floor(Date.parse(order.push.committedAt) / 1_000)),
  },
  CI_PIPELINE_NUMBER: { sentence: 'Id of the pipeline.', value: ({ order }) => String(order.pipeline.id) },
  CI_PIPELINE_EVENT: {
    sentence: 'Why the pipeline exists: `push`, `manual`.',
    value: ({ order }) => order.pipeline.cause,
  },
  CI_PIPELINE_URL: {
    sentence: 'Page of the pipeline.',
    value: ({ order, server }) => address(order.links.pipeline, server),
  },
  CI_BUILD_ID: {
    sentence: 'Build id of the pipeline: `YYYYMMDDhhmmss` in UTC, unique and only growing.',
    value: ({ order }) => order.pipeline.buildId,
  },
  CI_JOB_NAME: { sentence: 'Name of the job.', value: ({ order }) => order.job.name },
  CI_JOB_ID: { sentence: 'Id of the job.', value: ({ order }) => String(order.job.id) },
  CI_JOB_URL: { sentence: 'Page of the job.', value: ({ order, server }) => address(order.links.job, server) },
  CI_JOB_ATTEMPT: {
    sentence: 'Which attempt of the job this run is, from 1.',
    value: ({ order }) => String(order.attempt),
  },
  CI_STEP_NAME: { sentence: 'Name of the step.', value: ({ step }) => step.name },
  CI_STEP_NUMBER: { sentence: 'Number of the step, from 1.', value: ({ step }) => String(step.index) },
  GIT_TERMINAL_PROMPT: { sentence: '`0`: git asks nobody for a password.', value: () => '0' },
  DEBIAN_FRONTEND: { sentence: '`noninteractive`: apt asks nobody.', value: () => 'noninteractive' },
} as const satisfies Record<string, Variable>;

/** Without these hardly any program starts on Windows. */
export const windowsVariables = {
  SystemRoot: passedOn('SystemRoot', 'Where Windows is.'),
  windir: passedOn('windir', 'Where Windows is.'),
  SystemDrive: passedOn('SystemDrive', 'Its drive.'),
  ComSpec: passedOn('ComSpec', 'The command interpreter.'),
  PATHEXT: passedOn('PATHEXT', 'Which files are programs.'),
  OS: passedOn('OS', '`Windows_NT`.'),
  PROCESSOR_ARCHITECTURE: passedOn('PROCESSOR_ARCHITECTURE', 'The kind of processor.'),
  NUMBER_OF_PROCESSORS: passedOn('NUMBER_OF_PROCESSORS', 'How many there are.'),
  ProgramFiles: passedOn('ProgramFiles', 'Where programs are installed.'),
  'ProgramFiles(x86)': passedOn('ProgramFiles(x86)', 'Where 32-bit programs are installed.'),
  ProgramData: passedOn('ProgramData', 'Where programs keep what all users share.'),
  USERPROFILE: {
    sentence: 'The same as `HOME`.',
    value: ({ home, platform }) => (platform === 'win32' ? home : undefined),
  },
} as const satisfies Record<string, Variable>;

/** What a step sees: the list, then the job's `env`, then the secrets that it asked for. */
export function environmentOf(of: Surroundings): Record<string, string> {
  const listed = Object.entries<Variable>({ ...variables, ...windowsVariables });
  const env: Record<string, string> = {};
  const set = (name: string, value: string | undefined) => {
    if (value === undefined || name === '' || /[=\0]/.test(name)) return;
    // Windows does not tell Path from PATH: the later one counts.
    const same = of.platform === 'win32' && Object.keys(env).find((key) => key.toUpperCase() === name.toUpperCase());
    if (same) delete env[same];
    env[name] = value.replaceAll('\0', '');
  };
  for (const [name, variable] of listed) set(name, cut(variable.value(of), of.argumentBytes));
  for (const [name, value] of Object.entries(of.order.spec.env)) set(name, value);
  for (const [name, value] of Object.entries(of.order.secrets)) set(name, value);
  set('SIGNALBOX_RUN', of.mark);
  return env;
}

/** `https://user:password@host/…` without its user and password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*@/, (all, scheme: string) =>
    /^https?:/i.test(scheme) ? scheme : all.replace(/:[^:/@]*@$/, '@'),
  );
}

function ownOnWindows(own: Surroundings['own'], name: string): string | undefined {
  const key = Object.keys(own).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : own[key];
}

function address(link: string, server: string): string {
  return URL.canParse(link, server) ? new URL(link, server).href : link;
}

/** One long value (a commit message) would keep the system from starting any program. */
function cut(value: string | undefined, mostBytes: number): string | undefined {
  if (value === undefined || value.length * 4 <= mostBytes) return value;
  return Buffer.from(value)
    .subarray(0, mostBytes)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}
