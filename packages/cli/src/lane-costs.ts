// How long the lanes of a branch usually take, from a server where there is one that knows the repository.
import { Refused, Unreachable } from '@signalbox/protocol/browser';
import { findRepo } from './check/gather-facts.ts';
import { connect, findServer, type ServerOptions } from './connect.ts';
import type { Terminal } from './terminal.ts';

export type CostOptions = ServerOptions & { readonly repo?: string; readonly offline?: true };
export type LaneCosts = { readonly usual: ReadonlyMap<string, number> } | { readonly note: string };

export async function readLaneCosts(
  { env }: Terminal,
  top: string,
  branch: string,
  options: CostOptions,
): Promise<LaneCosts> {
  if (options.offline) return { note: 'What it costs is not known: no server was asked.' };
  const { from } = findServer(env, options);
  const isMeant = from === 'told' || options.repo !== undefined;
  try {
    const client = connect(env, options);
    const repo = await findRepo(client, top, options.repo);
    if (!repo) return { note: 'What it costs is not known: the server does not know this repository (--repo NAME).' };
    const { items } = await client.call('list-lane-durations', { params: { repo: repo.name }, query: { branch } });
    if (items.length > 0) return { usual: new Map(items.map(({ name, usualSeconds }) => [name, usualSeconds])) };
    return { note: `What it costs is not known: nothing has passed on ${branch} of ${repo.name} yet.` };
  } catch (error) {
    if (isMeant || !(error instanceof Unreachable || (error instanceof Refused && error.status < 500))) throw error;
    return { note: 'What it costs is not known: no server answers (--server URL).' };
  }
}
