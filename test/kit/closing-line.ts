// Counts the tests of a run into the file that SIGNALBOX_TEST_COUNTS names; .ci/run ends with that line.
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** A vitest reporter. What keeps tests from running counts as a failed one: a file that does not load, a hook that throws. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // One that never ended is no success.
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    const place = process.env['SIGNALBOX_TEST_COUNTS'];
    if (place) writeFileSync(place, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  }
}
