// What GitHub calls the facts of a run, and which variable of a job says the same here (docs/job-environment.md).

/** Names under `github.`; the same in capitals after `GITHUB_` are variables of every step there. */
const github = new Map<string, string>([
  ['sha', 'CI_COMMIT_SHA'],
  ['ref', 'CI_COMMIT_REF'],
  ['ref_name', 'CI_COMMIT_BRANCH'],
  ['head_ref', 'CI_COMMIT_BRANCH'],
  ['workspace', 'CI_WORKSPACE'],
  ['run_id', 'CI_PIPELINE_NUMBER'],
  ['run_number', 'CI_PIPELINE_NUMBER'],
  ['run_attempt', 'CI_JOB_ATTEMPT'],
  ['event_name', 'CI_PIPELINE_EVENT'],
  ['job', 'CI_JOB_NAME'],
  ['actor', 'CI_COMMIT_AUTHOR'],
  ['triggering_actor', 'CI_COMMIT_AUTHOR'],
  ['repositoryurl', 'CI_REPO_CLONE_URL'],
  ['event.before', 'CI_PREV_COMMIT_SHA'],
  ['event.after', 'CI_COMMIT_SHA'],
  ['event.ref', 'CI_COMMIT_REF'],
  ['event.head_commit.id', 'CI_COMMIT_SHA'],
  ['event.head_commit.message', 'CI_COMMIT_MESSAGE'],
  ['event.head_commit.author.name', 'CI_COMMIT_AUTHOR'],
  ['event.pull_request.head.sha', 'CI_COMMIT_SHA'],
  ['event.pull_request.head.ref', 'CI_COMMIT_BRANCH'],
  ['event.repository.name', 'CI_REPO'],
]);

const others = new Map<string, string>([
  ['runner.temp', 'TMPDIR'],
  ['runner.workspace', 'CI_WORKSPACE'],
]);

/** The variable that says the same; undefined when there is none. */
export function variableOf(names: readonly string[]): string | undefined {
  const [first, ...rest] = names.map((name) => name.toLowerCase());
  return first === 'github' ? github.get(rest.join('.')) : others.get([first, ...rest].join('.'));
}

export type RunVariable =
  | { readonly kind: 'same'; readonly name: string }
  /** A file that GitHub reads after the step: here it is written, and nobody reads it. */
  | { readonly kind: 'file'; readonly name: string; readonly instead: string }
  | { readonly kind: 'none'; readonly instead: string };

/** What becomes of a variable that GitHub sets for every step; undefined when it is none of those. */
export function runVariable(name: string): RunVariable | undefined {
  const file = files.get(name);
  if (file) return { kind: 'file', ...file };
  const match = /^(GITHUB|RUNNER)_([A-Z_]+)$/.exec(name);
  if (!match || name === 'GITHUB_TOKEN') return undefined;
  const same = variableOf([(match[1] ?? '').toLowerCase(), match[2] ?? '']);
  if (same) return { kind: 'same', name: same };
  if (!known.has(name)) return undefined;
  return { kind: 'none', instead: 'Nothing sets it here; `env` can.' };
}

const inFile = (name: string, use: string) => ({
  name,
  instead: `The step writes the file \`$TMPDIR/${name}\` instead, which nobody reads by itself; ${use}`,
});

const files = new Map([
  ['GITHUB_ENV', inFile('github-env', 'a later step can: `set -a; . "$TMPDIR/github-env"`.')],
  ['GITHUB_OUTPUT', inFile('github-output', 'a later step can: `. "$TMPDIR/github-output"`.')],
  ['GITHUB_PATH', inFile('github-path', 'a later step can add its lines to `PATH`.')],
  ['GITHUB_STATE', inFile('github-state', 'a later step can.')],
  ['GITHUB_STEP_SUMMARY', inFile('summary.md', 'print it, and it is in the log.')],
]);

const known = new Set(
  [
    ...['ACTION', 'ACTIONS', 'ACTION_PATH', 'ACTION_REPOSITORY', 'ACTOR_ID', 'API_URL', 'BASE_REF', 'EVENT_PATH'],
    ...['GRAPHQL_URL', 'REF_PROTECTED', 'REF_TYPE', 'REPOSITORY', 'REPOSITORY_ID', 'REPOSITORY_OWNER'],
    ...['RETENTION_DAYS', 'SERVER_URL', 'WORKFLOW', 'WORKFLOW_REF', 'WORKFLOW_SHA'],
  ]
    .map((name) => `GITHUB_${name}`)
    .concat(['ARCH', 'DEBUG', 'ENVIRONMENT', 'NAME', 'OS', 'TOOL_CACHE'].map((name) => `RUNNER_${name}`)),
);
