// What a check knows of the world: pools and secrets from a server or a file, branches and paths from the repository.
import type { Facts } from '@signalbox/plan';
import { type Client, type Pool, Refused, type Repo, Unreachable } from '@signalbox/protocol/browser';
import { connect, findServer, type ServerOptions } from '../connect.ts';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import type { Terminal } from '../terminal.ts';
import { readFleet } from './fleet.ts';

export type FactOptions = ServerOptions & { readonly fleet?: string; readonly offline?: true; readonly repo?: string };

export type Gathered = {
  readonly facts: Facts /** Why something is not known, for a person. */;
  readonly notes: string[];
};

export async function gatherFacts(terminal: Terminal, top: string, options: FactOptions): Promise<Gathered> {
  const fromFile = options.fleet === undefined ? undefined : { pools: readFleet(options.fleet) };
  if (options.offline) return { facts: fromFile ?? {}, notes: [] };
  const { from } = findServer(terminal.env, options);
  // Nobody said where a server is, and none runs here.
  if (from === 'usual' && options.repo === undefined) return { facts: fromFile ?? {}, notes: [noServer] };
  const client = connect(terminal.env, options);
  try {
    const pools = (await client.call('list-pools', {})).items;
    const secrets = await secretsOf(client, top, options.repo);
    const facts = { pools: workersOf(pools), ...secrets.facts, ...fromFile };
    return { facts, notes: secrets.notes };
  } catch (error) {
    if (!(error instanceof Unreachable) || from === 'told' || options.repo !== undefined) throw error;
    return { facts: fromFile ?? {}, notes: [noServer] };
  }
}

const noServer = 'no server answers; to check against one: --server URL';

const workersOf = (pools: readonly Pool[]): Map<string, number> =>
  new Map(pools.map(({ name, workers }) => [name, workers]));

async function secretsOf(client: Client, top: string, named: string | undefined): Promise<Gathered> {
  const repo = await findRepo(client, top, named);
  if (!repo) return { facts: {}, notes: ['the server does not know this repository; to name it: --repo NAME'] };
  try {
    const { items } = await client.call('list-secrets', { params: { repo: repo.name } });
    return { facts: { secrets: new Set(items.map(({ name }) => name)) }, notes: [] };
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error;
    return { facts: {}, notes: ['the token may not list secrets'] };
  }
}

/** By its name, else by where it lies: the work tree itself, or one of its remotes. */
export async function findRepo(client: Client, top: string, named: string | undefined): Promise<Repo | undefined> {
  const { items } = await client.call('list-repos', {});
  if (named === undefined) {
    const urls = (await git(top, ['config', '--get-regexp', '^remote\\..*\\.url$'], { mayExit: 1 })) ?? '';
    const own = new Set([top, ...urls.split('\n').map((line) => line.slice(line.indexOf(' ') + 1))]);
    return items.find(({ url }) => own.has(url));
  }
  const repo = items.find(({ name }) => name === named);
  if (repo) return repo;
  throw new Mistake('not-found', `The server has no repository "${named}".`, '`signalbox add` adds one.');
}
