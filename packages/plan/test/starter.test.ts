// The file that a newcomer begins with.
import { expect, test } from 'vitest';
import { packageManagers, starterFile } from '../src/index.ts';
import { mistakesOf, planOf } from './kit/compile-text.ts';

test.each([undefined, ...packageManagers])('the starter file for %s is a plan without warnings', (packageManager) => {
  const text = starterFile({ packageManager });
  const plan = planOf(text);
  expect(plan.jobs.map((job) => job.name)).toEqual(['test']);
  expect(plan.warnings).toEqual([]);
  expect(text).toMatch(/^# yaml-language-server: \$schema=\S+\n/);
});

test('what it has in comments is sound as well', () => {
  const text = starterFile({ packageManager: 'npm' });
  const more = text.slice(text.indexOf('# More to want')).split('\n').slice(2);
  const uncommented = more.map((line) => line.replace(/^ {2}# ?/, '  ')).join('\n');
  expect(mistakesOf(text.slice(0, text.indexOf('  # More to want')) + uncommented)).toEqual([]);
  expect(planOf(text.slice(0, text.indexOf('  # More to want')) + uncommented).jobs.map(({ name }) => name)).toContain(
    'build-mac-release',
  );
});

test('the schema may be an address', () => {
  expect(starterFile({ schema: 'http://localhost:1/signalbox.schema.json' }).split('\n', 1)).toEqual([
    '# yaml-language-server: $schema=http://localhost:1/signalbox.schema.json',
  ]);
});
