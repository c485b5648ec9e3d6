// Which files of a tree are its configuration, and reading them: `.signalbox.yml`, the YAML files of `.signalbox/`, or
// `.signalbox/config.ts`.
import { type Configuration, type ReadConfiguration, type ReadInput, readConfiguration } from './configuration.ts';
import type { DataFiles } from './data-files.ts';
import { limits } from './limits.ts';
import type { Evaluated } from './script.ts';
import { type ConfigFile, sourceOf } from './source.ts';
import { type Mistake, told } from './tell.ts';

/** A tree of files at one commit. Paths are relative to its top, with forward slashes. */
export type TreeReader = {
  /** Names of what lies directly in a directory; none when there is no such directory. */
  readonly list: (directory: string) => Promise<readonly string[]>;
  readonly read: (path: string) => Promise<TreeFile>;
};

export type TreeFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** It is there and cannot be taken: why, for a person. */
  | { readonly kind: 'unreadable'; readonly says: string };

export type Loaded =
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | { readonly kind: 'mistakes'; readonly mistakes: Mistake[] }
  | { readonly kind: 'absent' };

export const configFile = '.signalbox.yml';
export const configDirectory = '.signalbox';
const script = 'config.ts';
export const configScript = `${configDirectory}/${script}`;

/** Runs the script of a tree; what it makes depends on the push, which only the caller knows. */
export type RunScript = (entry: string, tree: TreeReader) => Promise<Evaluated>;

/** `read` may keep what it has read before, or measure. */
export async function loadConfiguration(
  tree: TreeReader,
  run: RunScript = refuseScript,
  read = readConfiguration,
): Promise<Loaded> {
  const found = await findFiles(tree);
  if (!Array.isArray(found)) return found.kind === 'script' ? readFrom(tree, await runScript(tree, run), read) : found;
  return found.length === 0 ? { kind: 'absent' } : readFrom(tree, { files: found }, read);
}

async function readFrom(tree: TreeReader, input: ReadInput, read: typeof readConfiguration): Promise<Loaded> {
  const data = new Map<string, string | null>();
  for (;;) {
    const answer: ReadConfiguration = read({ ...input, data });
    if (answer.kind !== 'wanted') return answer;
    const refused = await bring(tree, answer.paths, data);
    if (refused) return refused;
  }
}

/** Where nothing can run one. */
const refuseScript: RunScript = async (entry) => {
  const message = 'a configuration in TypeScript cannot be run here';
  const findings = [{ offset: 0, rule: 'script', message, hint: null }];
  return { files: [{ file: entry, text: '' }], tree: null, findings, asked: [], weight: 0, mayDiffer: true };
};

async function runScript(tree: TreeReader, run: RunScript): Promise<ReadInput> {
  const { files, tree: values, findings } = await run(configScript, tree);
  return { files, made: { tree: values, findings } };
}

type Refused = { readonly kind: 'mistakes'; readonly mistakes: Mistake[] };

async function findFiles(tree: TreeReader): Promise<ConfigFile[] | Refused | { readonly kind: 'script' }> {
  const single = await tree.read(configFile);
  if (single.kind === 'unreadable') return refuse(configFile, '', single.says, null);
  const all = await tree.list(configDirectory);
  const names = all.filter((name) => /\.ya?ml$/.test(name) || name === script).sort();
  if (single.kind === 'text') {
    const [other] = names;
    if (other === undefined) return [{ file: configFile, text: single.text }];
    const message = `the configuration is in this file, and also in \`${configDirectory}/${other}\``;
    return refuse(configFile, single.text, message, `move it into \`${configDirectory}/\`, or remove that directory`);
  }
  if (names.includes(script)) {
    const yaml = names.find((name) => name !== script);
    if (yaml === undefined) return { kind: 'script' };
    const message = `the configuration is in \`${configScript}\`, and also in this file`;
    return refuse(`${configDirectory}/${yaml}`, '', message, 'one of them must go');
  }
  if (names.length > limits.files.most) {
    const message = `\`${configDirectory}\` has ${names.length} files; ${limits.files.most} are the limit`;
    return refuse(`${configDirectory}/${names[0]}`, '', message, 'one file may hold many jobs');
  }
  const files: ConfigFile[] = [];
  for (const name of names) {
    const file = `${configDirectory}/${name}`;
    const read = await tree.read(file);
    if (read.kind === 'unreadable') return refuse(file, '', read.says, null);
    if (read.kind === 'text') files.push({ file, text: read.text });
  }
  return files;
}

/** Brings what a configuration asks for; each path is asked for once, so that this ends. */
async function bring(
  tree: TreeReader,
  paths: readonly string[],
  data: Map<string, string | null> & DataFiles,
): Promise<Refused | null> {
  for (const path of paths) {
    const read = await tree.read(path);
    if (read.kind === 'unreadable') return refuse(path, '', read.says, null);
    data.set(path, read.kind === 'text' ? read.text : null);
  }
  return null;
}

function refuse(file: string, text: string, message: string, hint: string | null): Refused {
  const source = sourceOf([{ file, text: text.slice(0, 1000) }]);
  return { kind: 'mistakes', mistakes: told(source, [{ offset: 0, rule: 'file', message, hint }]) };
}
