// What `signalbox down` leaves alone: a server that somebody runs by hand on the same data.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../../../test/kit/programs.ts';
import { directoryToRemove } from '../../../test/kit/temporary.ts';
import { until } from '../../../test/kit/wait.ts';
import { hasGuests } from '../src/start/embedded-postgres.ts';

const longTest = { timeout: 120_000 };

test('the data of a `signalbox serve` that runs are neither stopped nor removed', longTest, async () => {
  const home = await directoryToRemove('down');
  const data = join(home.path, 'data');
  const env = { HOME: home.path, XDG_STATE_HOME: join(home.path, 'state') };
  // Told as a path that means something only where it runs.
  const server = startProgram(['serve', '--data', 'data', '--listen', '127.0.0.1:0'], { env, cwd: home.path });
  try {
    await until('its database', () => hasGuests(data), { seconds: 60 });
    // As after a `start` with the same data.
    await writeFile(join(data, 'signalbox-data.json'), '{"format":1}');
    for (const words of [['down'], ['down', '--purge', '--yes']]) {
      const ran = await runProgram([...words, '--data', data], { env, cwd: home.path });
      expect(ran.code).toBe(5);
      expect(ran.output).toContain(`(process ${server.pid}) uses ${data}`);
      expect(ran.output).toContain(`kill ${server.pid}`);
    }
    // It may be between two connections.
    await until('its guests', () => hasGuests(data), { seconds: 60 });
    await server.stop();
    const ran = await runProgram(['down', '--purge', '--yes', '--data', data], { env, cwd: home.path });
    expect(ran.code).toBe(0);
    expect(existsSync(data)).toBe(false);
  } finally {
    await server.stop();
    await home.remove();
  }
});
