// How a command finds its server and its token: what was said first, then what is set, then what runs here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient } from '@signalbox/protocol/browser';
import { configHome, type Environment } from './directories.ts';
import { Mistake } from './mistake.ts';
import { addressOf, listRunning } from './running.ts';

export type ServerOptions = { readonly server?: string; readonly data?: string };

/** Where an address came from: a hook stores the data directory when it has one, since the port may change. */
export type Address = {
  readonly url: string;
  readonly from: 'told' | 'set' | 'running' | 'usual';
  readonly data?: string;
};

const usual = 'http://127.0.0.1:8080';

export function connect(env: Environment, options: ServerOptions): Client {
  const { url } = findServer(env, options);
  return createClient({ server: url, token: findToken(env, url) });
}

export function findServer(env: Environment, options: ServerOptions): Address {
  if (options.server) return { url: checked(options.server, '--server'), from: 'told' };
  if (env['SIGNALBOX_SERVER']) return { url: checked(env['SIGNALBOX_SERVER'], 'SIGNALBOX_SERVER'), from: 'set' };
  if (options.data) {
    const { data } = options;
    const url = addressOf(data);
    if (url) return { url, from: 'running', data };
    throw new Mistake('unreachable', `No Signalbox runs with ${data}.`, `Start it: signalbox start --data ${data}`);
  }
  const running = listRunning(env)[0];
  if (running) return { url: running.address, from: 'running', data: running.data };
  return { url: usual, from: 'usual' };
}

/** The token for a server: from the environment, a file, or the configuration; none is well on one's own machine. */
export function findToken(env: Environment, server: string): string | undefined {
  const plain = env['SIGNALBOX_TOKEN']?.trim();
  if (plain) return plain;
  const file = env['SIGNALBOX_TOKEN_FILE'];
  if (file) return readToken(file);
  return readConfiguration(env).tokens?.[new URL(server).origin];
}

/** `config.json` in the configuration directory: tokens by server, so that none is sent to another. */
const configurationFile = (env: Environment): string => join(configHome(env), 'config.json');

function readConfiguration(env: Environment): { tokens?: Readonly<Record<string, string>> } {
  const file = configurationFile(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Mistake('usage', `${file} cannot be read: ${(error as Error).message}`, 'Mend or remove it.');
  }
  try {
    return JSON.parse(text) as { tokens?: Record<string, string> };
  } catch (cause) {
    const cure = 'It should look like {"tokens": {"https://ci.example.org": "…"}}.';
    throw new Mistake('usage', `${file} is not JSON: ${(cause as Error).message}`, cure, { cause });
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const cure = 'Name a file that holds the token alone, or unset SIGNALBOX_TOKEN_FILE.';
    throw new Mistake('usage', `SIGNALBOX_TOKEN_FILE cannot be read: ${(cause as Error).message}`, cure, { cause });
  }
}

function checked(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new Mistake('usage', `${from} is "${text}", which is no address of a server.`, `It looks like ${usual}.`);
}
