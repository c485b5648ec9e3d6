// A configuration to begin with: small, valid as it stands, with the next things to want in comments.

export const packageManagers = ['npm', 'pnpm', 'yarn', 'cargo', 'go', 'maven', 'make', 'python'] as const;
export type PackageManager = (typeof packageManagers)[number];

export type StarterOptions = {
  /** What the tree is built with; without it, one step says where to write the command. */
  readonly packageManager?: PackageManager | undefined;
  /** Where editors find the JSON Schema: an address, or a path beside the file. */
  readonly schema?: string | undefined;
};

/** The name under which a copy of the schema lies beside `.signalbox.yml`, unless it is served somewhere. */
export const schemaFile = '.signalbox.schema.json';

export function starterFile({ packageManager, schema = schemaFile }: StarterOptions = {}): string {
  const { steps, artifacts } = packageManager ? builtWith[packageManager] : unknown;
  return `# yaml-language-server: $schema=${schema}
#
# What Signalbox runs for each push. \`signalbox plan\` shows what would run, without any server.
version: 1

jobs:
  test:
    # Which workers may run it. The worker of a server on your own machine serves "default".
    pool: default
    timeout: 30m
    steps:
${steps.map(stepLines).join('\n')}
${artifactLines(artifacts)}
  # More to want; remove the # to have it:
  #
  # lint:
  #   if-changed: ['src/**']          # left out of pushes that change nothing there
  #   steps:
  #     - ./lint.sh
  #
  # build:
  #   on: { push: { branches: [main, 'release/*'] } }
  #   needs: [test]                   # runs when test has passed
  #   matrix:                         # one job for each: build-linux-debug, build-linux-release, ...
  #     platform: [linux, mac]
  #     variant: [debug, release]
  #   pool: \${{ matrix.platform }}
  #   secrets: [SIGNING_KEY]
  #   steps:
  #     - name: Build
  #       script: ./build.sh "$MATRIX_VARIANT"
`;
}

/** The steps that build and test a tree. */
export const starterSteps = (packageManager?: PackageManager): readonly Step[] =>
  (packageManager ? builtWith[packageManager] : unknown).steps;

type Step = string | { readonly name: string; readonly script: readonly string[] };
type Built = { readonly steps: readonly Step[]; readonly artifacts: string | null };

const unknown: Built = {
  steps: ['echo "Write the command that tests this tree here."'],
  artifacts: null,
};

const builtWith = {
  npm: { steps: ['npm ci', { name: 'Test', script: ['npm test'] }], artifacts: 'coverage/**' },
  pnpm: {
    steps: ['pnpm install --frozen-lockfile', { name: 'Test', script: ['pnpm test'] }],
    artifacts: 'coverage/**',
  },
  yarn: { steps: ['yarn install', { name: 'Test', script: ['yarn test'] }], artifacts: 'coverage/**' },
  cargo: { steps: ['cargo build --all-targets', { name: 'Test', script: ['cargo test'] }], artifacts: null },
  go: { steps: ['go vet ./...', { name: 'Test', script: ['go test ./...'] }], artifacts: null },
  maven: { steps: [{ name: 'Build and test', script: ['mvn --batch-mode verify'] }], artifacts: 'target/*.jar' },
  make: { steps: ['make', { name: 'Test', script: ['make test'] }], artifacts: null },
  python: {
    steps: [
      {
        name: 'Install',
        script: ['python3 -m venv .venv', '.venv/bin/pip install pytest', '.venv/bin/pip install -e .'],
      },
      { name: 'Test', script: ['.venv/bin/python -m pytest'] },
    ],
    artifacts: null,
  },
} as const satisfies Record<PackageManager, Built>;

function stepLines(step: Step): string {
  if (typeof step === 'string') return `      - ${step.includes('"') ? `'${step}'` : step}`;
  return [`      - name: ${step.name}`, '        script: |', ...step.script.map((line) => `          ${line}`)].join(
    '\n',
  );
}

function artifactLines(pattern: string | null): string {
  return pattern === null ? '' : `    # Files that are kept and shown with the job.\n    artifacts: ['${pattern}']\n`;
}
