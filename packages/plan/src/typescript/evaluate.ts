// Runs a configuration in TypeScript: its files are read, marked and run, and what comes out is a value or a mistake with
// its place. What it made becomes a tree of values elsewhere, in answer.ts.
import type { Finding } from '../draft.ts';
import { counted } from '../limits.ts';
import { printable, quote } from '../printable.ts';
import type { FactName, ScriptFacts } from '../script.ts';
import { type Answer, exampleScript } from './answer.ts';
import { openHanded } from './handed.ts';
import { type Modules, type ReadScript, readModules } from './read-modules.ts';
import { type Engine, runInSandbox, type SandboxAnswer, type SandboxLimits } from './sandbox.ts';
import { type StackReader, stackReader } from './stack-places.ts';

export async function evaluate(
  engine: Engine,
  entry: string,
  read: ReadScript,
  facts: ScriptFacts,
  sandbox: SandboxLimits,
): Promise<Answer> {
  const gathered = await readModules(entry, read);
  const files = gathered.files.map(({ file, text }) => ({ file, text }));
  if (gathered.kind === 'refused') {
    const { findings, broken } = gathered;
    return { files, kind: 'refused', findings, mayDiffer: broken, broken };
  }
  const { modules } = gathered;
  const task = { entry, modules: modules.texts, names: modules.names, facts: JSON.stringify(factsOf(facts)) };
  const answer = await runInSandbox(engine, task, sandbox);
  return { files, ...readSandboxAnswer(answer, modules, entry, sandbox) };
}

function factsOf(facts: ScriptFacts): Record<FactName, unknown> {
  const { message, cause, branch, files, parameters } = facts;
  return { message, cause, branch, files, parameters };
}

type Read = Answer extends infer Each ? (Each extends Answer ? Omit<Each, 'files'> : never) : never;

function readSandboxAnswer(answer: SandboxAnswer, modules: Modules, entry: string, sandbox: SandboxLimits): Read {
  const readStack = stackReader(modules.modules);
  const atEntry = modules.modules.get(entry)?.script.entryOffset ?? 0;
  const refused = (finding: Finding, broken = false): Read => ({
    kind: 'refused',
    findings: [finding],
    mayDiffer: broken,
    broken,
  });
  if (answer.kind !== 'value') {
    return refused(findingOf(answer, atEntry, readStack, sandbox), answer.kind === 'broken');
  }
  const opened = openHanded(answer.text, answer.chunks);
  if (opened.kind !== 'handed') {
    const message = opened.kind === 'too-much' ? opened.message : 'what the configuration returns cannot be read';
    return refused({ offset: atEntry, rule: 'result', message, hint: null });
  }
  const { stacks, ...handed } = opened.handed;
  const made = { ...handed, calls: stacks.map(readStack), literals: modules.literals, entry: atEntry };
  return { kind: 'made', made };
}

function findingOf(
  answer: Exclude<SandboxAnswer, { kind: 'value' }>,
  atEntry: number,
  readStack: StackReader,
  sandbox: SandboxLimits,
): Finding {
  switch (answer.kind) {
    case 'thrown': {
      const { isError, name, message, stack } = answer.error;
      const [offset = atEntry] = readStack(stack);
      const said = isError ? `${name === '' ? 'Error' : name}: ${message}` : message;
      const told = `the configuration ends with ${quote(said, 300)}`;
      return { offset, rule: 'thrown', message: told, hint: hintForThrown(name, message) };
    }
    case 'limit': {
      const [offset = atEntry] = readStack(answer.stack);
      if (answer.what === 'memory') {
        const most = counted(Math.round(sandbox.memoryBytes / 1_048_576));
        const message = `the configuration uses more than ${most} MB of memory`;
        return { offset, rule: 'sandbox', message, hint: null };
      }
      const message = `the configuration does not end: it was stopped after ${counted(sandbox.looks * 10_000)} loops and calls`;
      return { offset, rule: 'sandbox', message, hint: innermost(answer.stack) };
    }
    case 'no-default':
      return { offset: atEntry, rule: 'default', message: 'there is no `export default`', hint: exampleScript };
    case 'no-function':
      return { offset: atEntry, rule: 'default', message: '`export default` is no function', hint: exampleScript };
    case 'pending': {
      const message = 'the configuration waits for a promise that nobody will ever keep';
      return {
        offset: atEntry,
        rule: 'pending',
        message,
        hint: 'nothing happens here but what the configuration does',
      };
    }
    case 'broken': {
      const message = 'the configuration ran out of stack, or ended in a way that says nothing';
      return { offset: atEntry, rule: 'sandbox', message, hint: null };
    }
  }
}

/** A loop that calls nothing has no place of its own: then the name of its function helps. */
function innermost(stack: string): string | null {
  const name = /^\s+at (.+?) \(/.exec(stack)?.[1];
  return name === undefined || name === 'default' || name.startsWith('<') ? null : `it was in ${quote(name)}`;
}

/** What is not there on purpose, and why. */
function hintForThrown(name: string, message: string): string | null {
  if (name === 'RangeError' && /call stack/.test(message)) return 'a function calls itself without an end';
  const missing = /^'?(\w+)'? is not defined$/.exec(printable(message))?.[1];
  if (missing === undefined) return null;
  return absent.get(missing) ?? null;
}

const noClock = 'there is no clock here: the same tree and push make the same plan';
const noDisk = 'there is no disk and no network here; `import` reads files of the tree';
const noNode = 'a configuration runs in a sandbox, without Node';
const absent = new Map([
  ['Date', noClock],
  ['performance', noClock],
  ['setTimeout', noClock],
  ['setInterval', noClock],
  ['Intl', 'there is no locale here: the same tree and push make the same plan'],
  ['crypto', 'there is no chance here: the same tree and push make the same plan'],
  ['fetch', noDisk],
  ['require', noDisk],
  ['process', noNode],
  ['Buffer', noNode],
  ['global', noNode],
  ['console', 'there is no output here; `throw new Error(…)` shows a value'],
  ['eval', 'text cannot be run as a program here'],
  ['Function', 'text cannot be run as a program here'],
  ['Proxy', 'a configuration is made of plain values'],
]);
