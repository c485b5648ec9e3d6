// Steps that use an action: the checkout is there already, artifacts and commands of git have an equal; the rest is a gap.
import { quote } from '../../printable.ts';
import { type Table, tableAt, textAt, type Value, valueAt } from '../../tree.ts';
import { directoryPatterns } from '../artifact-paths.ts';
import { type Gap, gapAt } from '../gap.ts';
import type { Sources } from '../sources.ts';
import { fillText } from './fill.ts';
import type { Scope } from './resolve.ts';

export type Action = {
  readonly gaps: readonly Gap[];
  readonly isCheckout?: boolean;
  /** Commands that do the same. */
  readonly scripts?: readonly string[];
  readonly artifacts?: readonly string[];
  readonly uploads?: string;
  readonly downloads?: string;
};

export function readAction(step: Table, uses: Value & { kind: 'scalar' }, scope: Scope, sources: Sources): Action {
  const [name = ''] = uses.text.toLowerCase().split('@');
  const given = tableAt(step, 'with');
  if (name === 'actions/checkout') return checkout(given, scope, sources);
  if (name === 'actions/upload-artifact') return upload(uses, given, scope, sources);
  const what = quote(`uses: ${uses.text}`, 100);
  if (name === 'actions/download-artifact') {
    const instead =
      'Say which files are wanted: `needs: [{ job: build, artifacts: ["dist/**"] }]`; they lie under the paths that they had.';
    return { gaps: [gapAt(sources, uses, what, instead)], downloads: (given && textAt(given, 'name')) ?? '' };
  }
  return { gaps: [gapAt(sources, uses, what, insteadOf(name, given))] };
}

function insteadOf(name: string, given: Table | undefined): string {
  const tool =
    /^(?:actions|ruby|erlef|dtolnay|actions-rs|oven-sh|denoland|pnpm|gradle|graalvm)\/(?:setup-)?([a-z-]+)/.exec(
      name,
    )?.[1];
  const versions = [
    'version',
    'node-version',
    'python-version',
    'go-version',
    'java-version',
    'toolchain',
    'ruby-version',
  ];
  const version = versions.flatMap((key) => (given && textAt(given, key)) ?? [])[0];
  if (name.startsWith('actions/cache')) {
    return 'Nothing is kept between runs; a directory outside of the checkout, on the worker, is still there next time.';
  }
  if (tool && (name.includes('setup-') || name.includes('toolchain'))) {
    const which = version ? `${tool} ${version}` : tool;
    return `Workers of the pool have ${quote(which)} installed, or a step installs it.`;
  }
  if (name.startsWith('docker://')) return 'Run the image with `docker run` in a script, where workers have it.';
  if (name.startsWith('./')) return 'Write the steps of that action here as scripts.';
  return 'Write what it does as a script.';
}

/** What of a checkout is more than the tree at the commit. */
function checkout(given: Table | undefined, scope: Scope, sources: Sources): Action {
  const gaps: Gap[] = [];
  const scripts: string[] = [];
  for (const entry of given?.entries.values() ?? []) {
    const text = entry.value.kind === 'scalar' ? entry.value.text : '';
    if (entry.key === 'submodules' && text !== 'false') {
      scripts.push(`git submodule update --init${text === 'recursive' ? ' --recursive' : ''}`);
    } else if (entry.key === 'lfs' && text === 'true') {
      scripts.push('git lfs pull');
    } else if (['repository', 'ref', 'path', 'ssh-key'].includes(entry.key)) {
      const filled = fillText(text, entry.value, scope, sources).text;
      const instead = `The checkout is this repository at the commit of the push; ${quote('git clone')} in a script takes another.`;
      gaps.push(gapAt(sources, entry, quote(`${entry.key}: ${filled}`), instead));
    }
  }
  return { gaps, scripts, isCheckout: true };
}

function upload(uses: Value & { kind: 'scalar' }, given: Table | undefined, scope: Scope, sources: Sources): Action {
  const gaps: Gap[] = [];
  const path = given && valueAt(given, 'path');
  const artifacts: string[] = [];
  if (path?.kind === 'scalar') {
    for (const line of path.text.split('\n')) {
      const plain = line.trim().replace(/^(!?)\$\{\{\s*github\.workspace\s*\}\}\//, '$1');
      if (plain === '') continue;
      const filled = fillText(plain, path, scope, sources);
      const patterns = filled.isWhole ? directoryPatterns(filled.text) : null;
      if (patterns) artifacts.push(...patterns);
      else {
        const instead = 'Artifacts are files of the checkout: copy them there, and name them without `..`.';
        gaps.push(gapAt(sources, path, `the path ${quote(line.trim())} of an artifact`, instead));
      }
    }
  } else gaps.push(gapAt(sources, uses, quote(`uses: ${uses.text}`), 'It names no path.'));
  const retention = given?.entries.get('retention-days');
  if (retention) {
    gaps.push(
      gapAt(
        sources,
        retention,
        quote('retention-days'),
        'The archive has rules for how long it keeps files: `signalbox retention`.',
      ),
    );
  }
  return { gaps, artifacts, uploads: (given && textAt(given, 'name')) ?? 'artifact' };
}
