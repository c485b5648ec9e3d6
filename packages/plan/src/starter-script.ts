// A configuration in TypeScript to begin with: the script, its types, and what editors and `tsc` need to find them.
import { declarationsText } from './declarations.ts';
import { configDirectory, configScript } from './load.ts';
import { type PackageManager, starterSteps } from './starter.ts';

/** Texts by path, from the top of the tree. */
export function starterScript(packageManager?: PackageManager): Readonly<Record<string, string>> {
  return {
    [configScript]: scriptText(packageManager),
    [`${configDirectory}/signalbox.d.ts`]: declarationsText(),
    [`${configDirectory}/tsconfig.json`]: `${JSON.stringify(compilerSettings, null, 2)}\n`,
  };
}

/** As strict as they come; what runs is never made by a compiler. */
const compilerSettings = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    types: [],
    module: 'preserve',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    strict: true,
    noEmit: true,
  },
  // What they import is found by itself.
  files: ['config.ts', 'signalbox.d.ts'],
};

function scriptText(packageManager: PackageManager | undefined): string {
  const steps = starterSteps(packageManager).map((step) => {
    if (typeof step === 'string') return quoted(step);
    return `{ name: ${quoted(step.name)}, script: ${quoted(step.script.join('\n'))} }`;
  });
  return `// What Signalbox runs for each push. \`signalbox plan\` shows what would run, without any server.
${imports}

const platforms = ['linux'];

function test(platform: string): Job {
  return {
    platform,
    // Which workers may run it. The worker of a server on your own machine serves "default".
    pool: 'default',
    timeout: '30m',
    steps: [
${steps.map((step) => `      ${step},`).join('\n')}
    ],
  };
}

// Called with the push: its branch, its message, the files that it changed.
export default defineConfig(({ branch }) => ({
  env: { BRANCH: branch },
  jobs: Object.fromEntries(platforms.map((platform) => [\`test-\${platform}\`, test(platform)])),
}));
`;
}

const imports = "import { defineConfig, type Job } from 'signalbox';";

const quoted = (text: string): string =>
  text.includes("'") || text.includes('\n') ? JSON.stringify(text) : `'${text}'`;
