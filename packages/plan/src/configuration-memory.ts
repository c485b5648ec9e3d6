// What was made of the same files is not made again: a configuration is kept by the digests of what was read for it, and,
// for a script, by what it asked of the push.
import { type Loaded, loadConfiguration, type TreeReader } from './load.ts';
import type { EvaluateScript, FactName, ScriptFacts } from './script.ts';

export type Remembered = { readonly loaded: Loaded; readonly fromMemory: boolean };

export type ConfigurationMemory = {
  load(tree: TreeReader, evaluate: EvaluateScript, facts: ScriptFacts): Promise<Remembered>;
};

type Kept = {
  /** What each look at the tree found, in the order of the looks. */
  readonly looks: ReadonlyMap<string, string>;
  readonly answers: ReadonlyMap<FactName, string>;
  readonly loaded: Loaded;
  readonly weight: number;
};

/** `most` counts configurations, `mostWeight` the characters and values that they were made of: the oldest goes first. */
export function createConfigurationMemory(
  digest: (text: string) => string,
  { most = 50, mostWeight = 32_000_000 } = {},
): ConfigurationMemory {
  let kept: readonly Kept[] = [];
  return {
    async load(tree, evaluate, facts) {
      const looking = new Looking(tree, digest);
      for (const one of kept) {
        if (!(await isSame(one, looking, facts))) continue;
        kept = [one, ...kept.filter((other) => other !== one)];
        return { loaded: one.loaded, fromMemory: true };
      }
      looking.forgetOrder();
      const answers = new Map<FactName, string>();
      const loaded = await loadConfiguration(looking, async (entry, reader) => {
        const evaluated = await evaluate(entry, reader, facts);
        for (const name of evaluated.asked) answers.set(name, textOf(facts, name));
        looking.weight += evaluated.weight;
        looking.mayDiffer ||= evaluated.mayDiffer;
        return evaluated;
      });
      if (!looking.mayDiffer) {
        let total = 0;
        const made = { looks: looking.looks, answers, loaded, weight: looking.weight };
        kept = [made, ...kept].filter((one, index) => {
          total += one.weight;
          return index === 0 || (index < most && total <= mostWeight);
        });
      }
      return { loaded, fromMemory: false };
    },
  };
}

async function isSame({ looks, answers }: Kept, looking: Looking, facts: ScriptFacts): Promise<boolean> {
  for (const [name, before] of answers) if (textOf(facts, name) !== before) return false;
  for (const [look, before] of looks) if ((await looking.again(look)) !== before) return false;
  return true;
}

const textOf = (facts: ScriptFacts, name: FactName): string => JSON.stringify(facts[name]) ?? '';

/** A tree that is looked at once for each file, and that notes what was found. */
class Looking implements TreeReader {
  looks = new Map<string, string>();
  weight = 0;
  mayDiffer = false;
  readonly #tree: TreeReader;
  readonly #digest: (text: string) => string;
  readonly #files = new Map<string, ReturnType<TreeReader['read']>>();
  readonly #lists = new Map<string, ReturnType<TreeReader['list']>>();

  constructor(tree: TreeReader, digest: (text: string) => string) {
    this.#tree = tree;
    this.#digest = digest;
  }

  readonly read: TreeReader['read'] = async (path) => {
    const known = this.#files.get(path) ?? this.#tree.read(path);
    this.#files.set(path, known);
    const file = await known;
    const look = `read ${path}`;
    if (!this.looks.has(look)) {
      if (file.kind === 'text') this.weight += file.text.length;
      // What cannot be read now, as a commit that is not here yet, may be read later.
      this.mayDiffer ||= file.kind === 'unreadable';
      this.looks.set(look, file.kind === 'text' ? this.#digest(file.text) : file.kind);
    }
    return file;
  };

  readonly list: TreeReader['list'] = async (directory) => {
    const known = this.#lists.get(directory) ?? this.#tree.list(directory);
    this.#lists.set(directory, known);
    const names = await known;
    this.looks.set(`list ${directory}`, this.#digest([...names].sort().join('\0')));
    return names;
  };

  /** What a look of another time would find now. */
  async again(look: string): Promise<string | undefined> {
    const [kind, path] = [look.slice(0, 4), look.slice(5)];
    if (kind === 'read') await this.read(path);
    else await this.list(path);
    return this.looks.get(look);
  }

  /** Looks that were made to compare are none of the configuration that is made next. */
  forgetOrder(): void {
    this.looks = new Map();
    this.weight = 0;
    this.mayDiffer = false;
  }
}
