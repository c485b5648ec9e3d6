// The historic shape as a script: each lane an object of its own that functions make, with steps of its own, and no matrix.
import type { Platform } from './historic.ts';

export function scriptOf(branches: readonly string[], platforms: readonly Platform[], seed: number): string {
  return `import { defineConfig, type Job } from 'signalbox';

const branches = ${JSON.stringify(branches)};
const platforms = ${JSON.stringify(platforms)};
const singles = ['unit', 'mochitest', 'reftest', 'crashtest', 'xpcshell', 'jsreftest', 'talos', 'marionette', 'cppunit'];

function steps(): Job['steps'] {
  return Array.from({ length: 13 }, (_, index) => ({
    name: \`Step \${index + 1}\`,
    script: \`./automation/step-\${index + 1}.sh --seed ${seed}\`,
  }));
}

function lane(name: string, branch: string, more: Partial<Job>): Job {
  const own = { pool: name, platform: name, when: { branch: [branch] }, timeout: '2h', env: { PLATFORM: name } };
  return { ...own, ...more, steps: steps() };
}

export default defineConfig(() => {
  const jobs: Record<string, Job> = {};
  for (const { name, suites, variants, weight, extras } of platforms) {
    for (const branch of branches) {
      for (const variant of variants) {
        jobs[\`build-\${name}-\${branch}-\${variant}\`] = lane(name, branch, { variant, suite: 'build', required: true });
      }
      let rest = weight - variants.length;
      for (const { name: suite, chunks } of suites) {
        for (let chunk = 1; chunk <= chunks; chunk += 1, rest -= 1) {
          jobs[\`\${suite}-\${name}-\${branch}-\${chunk}\`] = lane(name, branch, {
            suite,
            needs: [\`build-\${name}-\${branch}-opt\`],
            'if-changed': ['src/**', 'automation/**'],
          });
        }
      }
      for (let index = 0; index < rest; index += 1) {
        jobs[\`\${singles[index % singles.length]}-single-\${name}-\${branch}-\${index}\`] = lane(name, branch, { tier: 2 });
      }
    }
    for (let number = 1; number <= extras; number += 1) {
      jobs[\`extra-\${name}-\${number}\`] = lane(name, branches[0] ?? 'main', {});
    }
  }
  return { jobs };
});
`;
}
