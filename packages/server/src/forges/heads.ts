// Reads what git prints about branches: those of a remote (ls-remote) and those of a mirror (for-each-ref).
import { isBranchName, isRevision } from './names.ts';

export type RemoteHeads = {
  /** Branch name to revision. A name that git would not let a person type is passed over. */
  readonly heads: ReadonlyMap<string, string>;
  /** The branch that HEAD of the remote names; null when it names none, or none that is there. */
  readonly headBranch: string | null;
};

/** Lines of `git ls-remote --symref`: `ref: refs/heads/main<tab>HEAD` and `<id><tab><ref>`. */
export function parseRemoteHeads(output: Buffer): RemoteHeads {
  const heads = new Map<string, string>();
  let named: string | undefined;
  let detached: string | undefined;
  for (const line of output.toString('utf8').split('\n')) {
    const [what = '', ref = ''] = line.split('\t');
    if (ref === 'HEAD' && what.startsWith('ref: refs/heads/')) named = what.slice('ref: refs/heads/'.length);
    else if (ref === 'HEAD') detached = what;
    else addHead(heads, what, ref);
  }
  if (named !== undefined && heads.has(named)) return { heads, headBranch: named };
  const same = [...heads].find(([, revision]) => revision === detached);
  return { heads, headBranch: same?.[0] ?? null };
}

/** Lines of `git for-each-ref`: `<id> <ref>`. */
export function parseHeads(output: Buffer): Map<string, string> {
  const heads = new Map<string, string>();
  for (const line of output.toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    addHead(heads, line.slice(0, space), line.slice(space + 1));
  }
  return heads;
}

function addHead(heads: Map<string, string>, revision: string, ref: string): void {
  if (!ref.startsWith('refs/heads/') || !isRevision(revision)) return;
  const name = ref.slice('refs/heads/'.length);
  if (isBranchName(name)) heads.set(name, revision);
}
