// Runs one step of getting ready, with a line that says what it does and how long it took.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a person must act on: shown without a stack. */
export class Trouble extends Error {}

/** @param {string} what @param {() => Promise<unknown>} step */
export async function work(what, step) {
  const begun = performance.now();
  await step();
  say(`${what} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
}

/** @param {string} line */
export function say(line) {
  console.log(`ready: ${line}`);
}

/**
 * Runs a program to its end. Its output is shown as it comes, or collected and shown only when it fails.
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: options.shell ?? false,
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.once('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
