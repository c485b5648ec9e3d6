// Imported jobs become the text of a `.signalbox.yml`, as a person would write it: flat, in order, with comments in place.
import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { counted } from '../limits.ts';
import { listed, printable } from '../printable.ts';
import { schemaFile } from '../starter.ts';
import { commentOf } from './comment.ts';
import {
  gapsOf,
  type Imported,
  type ImportedJob,
  type ImportedMatrix,
  type ImportedNeed,
  type ImportedStep,
} from './model.ts';

export function write(imported: Imported): string {
  const document = new Document();
  const root = new YAMLMap();
  document.contents = root;
  document.commentBefore = opening(imported).join('\n');
  add(root, 'version', number(1));
  if (imported.env.size > 0) add(root, 'env', mapOf(imported.env), { isApart: true });
  const jobs = new YAMLMap();
  for (const [index, job] of imported.jobs.entries()) {
    add(jobs, job.name, jobNode(job), {
      comments: [...job.heading, ...(job.headingGaps ?? []).flatMap(commentOf)],
      isApart: index > 0,
    });
  }
  add(root, 'jobs', jobs, {
    comments: [...imported.comments, ...imported.gaps.flatMap(commentOf)],
    isApart: true,
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false, singleQuote: true, minContentWidth: 0 });
}

function opening(imported: Imported): string[] {
  const count = gapsOf(imported).length;
  const points = count === 1 ? 'One point has' : `${counted(count)} points have`;
  return [
    ` yaml-language-server: $schema=${schemaFile}`,
    // Alone it is an empty comment; an empty line would be one.
    ' ',
    ` Made by \`signalbox import\` from ${listed(imported.from, 20)}.`,
    ...(count === 0 ? [] : [` ${points} no equal here; each is said in its place: look for "No equal".`]),
    ' `signalbox plan` shows what would run, without any server.',
  ];
}

function jobNode(job: ImportedJob): YAMLMap {
  const map = new YAMLMap();
  const comments = [...job.comments, ...job.gaps.flatMap(commentOf)];
  if (job.gate !== undefined) add(map, 'gate', text(job.gate));
  const when = new YAMLMap();
  if (job.branches.length > 0) add(when, 'branch', listOf(job.branches));
  if (job.causes.length > 0) add(when, 'cause', listOf(job.causes));
  if (job.messages.length > 0) add(when, 'message', listOf(job.messages));
  if (when.items.length > 0) add(map, 'when', when);
  if (job.matrix) add(map, 'matrix', matrixNode(job.matrix));
  if (job.chunks !== undefined) add(map, 'chunks', number(job.chunks));
  if (job.needs.length > 0) add(map, 'needs', needsNode(job.needs));
  if (job.ifChanged.length > 0) add(map, 'if-changed', listOf(job.ifChanged));
  if (job.pool !== undefined) add(map, 'pool', text(job.pool));
  if (job.priority !== undefined) add(map, 'priority', number(job.priority));
  if (job.coalesce !== undefined) add(map, 'coalesce', number(job.coalesce));
  if (job.concurrency !== undefined) add(map, 'concurrency', text(job.concurrency));
  if (job.delay !== undefined) add(map, 'delay', text(job.delay));
  if (job.attempts !== undefined) add(map, 'attempts', number(job.attempts));
  if (job.timeout !== undefined) add(map, 'timeout', text(job.timeout));
  if (!job.checkout) add(map, 'checkout', new Scalar(false));
  if (job.secrets.length > 0) add(map, 'secrets', listOf(job.secrets));
  if (job.env.size > 0) add(map, 'env', mapOf(job.env));
  if (job.gate === undefined) add(map, 'steps', stepsNode(job.steps));
  if (job.artifacts.length > 0) add(map, 'artifacts', listOf(job.artifacts));
  if (job.results.length > 0) add(map, 'results', listOf(job.results));
  const first = map.items[0]?.key;
  if (first instanceof Scalar && comments.length > 0) first.commentBefore = comments.map(oneLine).join('\n');
  return map;
}

function needsNode(needs: readonly ImportedNeed[]): YAMLSeq {
  if (!needs.some((need) => need.isOptional)) return listOf(needs.map((need) => need.job));
  const seq = new YAMLSeq();
  seq.items = needs.map(({ job, isOptional }) => {
    if (!isOptional) return text(job);
    const map = new YAMLMap();
    add(map, 'job', text(job));
    add(map, 'optional', new Scalar(true));
    map.flow = true;
    return map;
  });
  return seq;
}

function matrixNode({ dimensions, include, exclude }: ImportedMatrix): YAMLMap {
  const map = new YAMLMap();
  for (const [key, values] of dimensions) add(map, key, listOf(values, plainValue));
  const cells = (of: readonly ReadonlyMap<string, string>[]): YAMLSeq => {
    const seq = new YAMLSeq();
    seq.items = of.map(cellNode);
    return seq;
  };
  if (include.length > 0) add(map, 'include', cells(include));
  if (exclude.length > 0) add(map, 'exclude', cells(exclude));
  return map;
}

function cellNode(cell: ReadonlyMap<string, string>): YAMLMap {
  const map = mapOf(cell);
  map.flow = [...cell].reduce((sum, [key, value]) => sum + key.length + value.length + 4, 0) <= 90;
  return map;
}

/** What is left of a step without a script stands above the next one, or at the end. */
function stepsNode(steps: readonly ImportedStep[]): YAMLSeq {
  const seq = new YAMLSeq();
  let comments: string[] = [];
  for (const step of steps) {
    comments.push(
      ...step.comments,
      ...step.gaps.flatMap(commentOf),
      ...(step.shown ?? []).map((line) => `     ${line}`),
    );
    if (step.script === null) continue;
    const node = stepNode(step, step.script);
    if (comments.length > 0) node.commentBefore = comments.map(oneLine).join('\n');
    comments = [];
    seq.add(node);
  }
  if (comments.length > 0) seq.comment = comments.map(oneLine).join('\n');
  return seq;
}

function stepNode(step: ImportedStep, script: string): Scalar | YAMLMap {
  const command = scriptNode(script);
  const { name, shell, timeout, always = false, mayFail = false } = step;
  if (name === undefined && shell === undefined && timeout === undefined && !always && !mayFail) return command;
  const map = new YAMLMap();
  if (name !== undefined) add(map, 'name', text(name));
  add(map, 'script', command);
  if (shell !== undefined) add(map, 'shell', text(shell));
  if (timeout !== undefined) add(map, 'timeout', text(timeout));
  if (always) add(map, 'always', new Scalar(true));
  if (mayFail) add(map, 'may-fail', new Scalar(true));
  return map;
}

function scriptNode(script: string): Scalar {
  const node = text(script.includes('\n') ? `${script.trimEnd()}\n` : script);
  // Lines as they are, where a block can hold them: it has no escapes.
  if (script.includes('\n') && node.type !== Scalar.QUOTE_DOUBLE) node.type = Scalar.BLOCK_LITERAL;
  return node;
}

type Around = { readonly comments?: readonly string[]; readonly isApart?: boolean };

function add(map: YAMLMap, key: string, value: unknown, { comments = [], isApart = false }: Around = {}): void {
  const node = text(key);
  if (comments.length > 0) node.commentBefore = comments.map(oneLine).join('\n');
  if (isApart) node.spaceBefore = true;
  map.items.push(new Pair(node, value));
}

const number = (value: number): Scalar => new Scalar(value);

function text(value: string): Scalar {
  // The one control character that the library does not escape.
  const node = new Scalar(value.replaceAll('\x7f', ''));
  // Nothing else can hold them: the reader refuses them as they are.
  if (/[\0-\x08\x0b-\x1f]/.test(value)) node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

/** Numbers and true or false without quotes, where they read the same again. */
function plainValue(value: string): Scalar {
  if (value === 'true' || value === 'false') return new Scalar(value === 'true');
  return /^(0|[1-9]\d{0,14})$/.test(value) ? new Scalar(Number(value)) : text(value);
}

function mapOf(values: ReadonlyMap<string, string>): YAMLMap {
  const map = new YAMLMap();
  for (const [key, value] of values) add(map, key, plainValue(value));
  return map;
}

/** On one line where it fits. */
function listOf(values: readonly string[], nodeOf: (value: string) => Scalar = text): YAMLSeq {
  const seq = new YAMLSeq();
  seq.items = values.map(nodeOf);
  seq.flow = values.reduce((sum, value) => sum + value.length + 4, 0) <= 90;
  return seq;
}

const oneLine = (line: string): string => printable(line.replace(/[\r\n]+/g, ' '));
