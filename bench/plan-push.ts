// What a server does with a push that touches no configuration: its files are read at the new commit from the mirror, found to be
// those of before, and the push is planned from what was kept. 442 lanes of one branch, 3,000 changed files.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConfigurationMemory, planPush, type TreeReader } from '../packages/plan/src/index.ts';
import { fileAt, namesAt, openMirrors } from '../packages/server/src/forges/index.ts';
import { sampleRepository } from '../test/kit/git.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { historicShape, treeFiles } from './shapes/historic.ts';

const lanes = 442;
const pushes = 50;
const changedFiles = 3_000;
const fileBytes = 1_048_576;

export async function planPushBench(): Promise<{ lanes: number; seconds: number; coldSeconds: number }> {
  const home = mkdtempSync(path.join(tmpdir(), 'signalbox-plan-push-'));
  const repository = await sampleRepository({ empty: true });
  const mirrors = await openMirrors(home);
  try {
    const shape = historicShape({ branchCount: 1, lanes });
    const named = Object.entries(shape.files).map(([name, text]) => [`.signalbox/${name}`, text] as const);
    await repository.commit({ files: { ...treeFiles, ...Object.fromEntries(named) } });
    const mirror = mirrors.of('bench', repository.path);
    const memory = createConfigurationMemory((text) => createHash('sha256').update(text).digest('base64'));
    const files = Array.from({ length: changedFiles }, (_, index) => `src/part-${index % 300}/file-${index}.c`);
    const push = { branch: 'main', message: 'Change the sources', files };
    const refuse = () => Promise.reject(new Error('it is YAML'));
    const took: number[] = [];
    for (let count = 0; count < pushes; count += 1) {
      const revision = await repository.commit({ files: { 'src/main.c': `${count}\n` } });
      await mirror.fetch();
      const tree: TreeReader = {
        list: (directory) => namesAt(mirror, revision, directory),
        read: async (file) => {
          const found = await fileAt(mirror, revision, file, fileBytes);
          return found.kind === 'file' ? { kind: 'text', text: found.content.toString('utf8') } : { kind: 'absent' };
        },
      };
      const began = performance.now();
      const { loaded, fromMemory } = await memory.load(tree, refuse, { ...push, cause: 'push', parameters: {} });
      if (loaded.kind !== 'configuration' || fromMemory !== count > 0) throw new Error(`it was ${loaded.kind}`);
      const plan = planPush(loaded.configuration, push, 'push');
      took.push((performance.now() - began) / 1000);
      if (plan.jobs.length !== lanes) throw new Error(`${plan.jobs.length} jobs were planned`);
    }
    const [coldSeconds = 0, ...warm] = took;
    const seconds = percentile(warm, 0.5);
    say(
      `server: the first push of ${lanes} lanes is planned in ${rounded(coldSeconds * 1000)} ms, later ones in ` +
        `${rounded(seconds * 1000)} ms (p50; p99 ${rounded(percentile(warm, 0.99) * 1000)} ms)`,
    );
    return { lanes, seconds: rounded(seconds, 4), coldSeconds: rounded(coldSeconds, 4) };
  } finally {
    await mirrors.close();
    await repository.remove();
    rmSync(home, { recursive: true, force: true });
  }
}
