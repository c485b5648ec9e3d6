// What `start` says on the terminal: short, for somebody who sees it for the first time.
import { version as nodeVersion } from 'node:process';
import type { Environment } from '../directories.ts';
import { clean, type Output } from '../output.ts';
import { typedCommand } from '../own-command.ts';
import { homePage, repoPage } from '../pages.ts';
import { sampleName } from '../sample.ts';

export type Welcome = {
  readonly address: string;
  readonly data: string;
  /** Its work tree, when the sample is there. */
  readonly sampleTree: string | undefined;
};

export function welcome(output: Output, env: Environment, { address, data, sampleTree }: Welcome): void {
  const typed = typedCommand(env);
  const row = (word: string, text: string) => output.line(`  ${output.style('dim', word.padEnd(7))} ${text}`);
  output.line();
  output.line(
    `  ${output.style(['bold', 'green'], 'Signalbox')} is ready at ${output.style(['bold', 'underline'], homePage(address))}`,
  );
  output.line();
  if (sampleTree) {
    row('watch', `${repoPage(address, sampleName)}   a sample: see its failing job, press Rerun`);
    row('play', `cd ${sampleTree}   change a file, git commit, git push`);
  }
  row('yours', `${typed} add ~/src/your-repository`);
  row('help', `${typed} doctor, ${typed} --help`);
  row('stop', `Ctrl-C; start again and it goes on. Logs: ${data}/logs`);
  output.line();
}

export function childCrashed(output: Output, name: string, how: string, seconds: number, logFile: string): void {
  output.line(output.style('yellow', `the ${name} ended ${how}; it is started again in ${seconds} s (${logFile})`));
}

export function serious(output: Output, level: string, text: string): void {
  output.line(output.style(level === 'warn' ? 'yellow' : 'red', clean(text)));
}

export function oldNode(output: Output): void {
  const major = Number(nodeVersion.slice(1).split('.')[0]);
  if (major < 22) output.note(`Node ${nodeVersion} is out of support; Signalbox runs, but Node 24 is recommended.`);
}

/** Says what is being done, but only when it takes more than a second. */
export async function slowly<Result>(output: Output, what: string, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => output.line(output.style('dim', `${what} …`)), 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
