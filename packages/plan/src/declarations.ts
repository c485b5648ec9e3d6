// Types of a configuration in TypeScript, made from the schema: the module `signalbox` as editors see it. What the schema
// says of texts and numbers beyond their type is told when the configuration is planned.
import { configSchema } from './schema/file.ts';
import { typesOf } from './schema/fits.ts';
import { gateTable } from './schema/gate.ts';
import { job, jobTable, jobTemplate } from './schema/job.ts';
import { matrix } from './schema/matrix.ts';
import { results } from './schema/results.ts';
import type { Schema } from './schema/shape.ts';
import { step, stepTable } from './schema/step.ts';
import { trigger } from './schema/trigger.ts';
import { when } from './schema/when.ts';

/** Types that one may want to name, in the order in which they stand in the file. */
const named: readonly (readonly [name: string, schema: Schema])[] = [
  ['Configuration', configSchema],
  ['Entry', job],
  ['Job', jobTable],
  ['Gate', gateTable],
  ['Template', jobTemplate],
  ['Step', step],
  ['StepTable', stepTable],
  ['Matrix', matrix],
  ['Trigger', trigger],
  ['When', when],
  ['Results', results],
];

/** The text of `.signalbox/signalbox.d.ts`. */
export function declarationsText(): string {
  const types = named.map(([name, schema]) => `${commentOf(schema, 1)}  export type ${name} = ${written(schema, 1)};`);
  return `// Types of a configuration in TypeScript, for editors and \`tsc\`: \`import { defineConfig } from 'signalbox'\`. What runs
// has a module of its own. Made by \`signalbox init --typescript\`, which writes it anew; nothing else reads it.
declare module 'signalbox' {
${head}
${types.join('\n\n')}
}

/** Files of the tree as text, \`import text from './build.sh' with { type: 'text' }\`; other endings as these two. */
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.txt' {
  const text: string;
  export default text;
}
`;
}

const head = `  /** What a configuration is made from. The same of it, and the same files, give the same result. */
  export type Context = {
    /** The branch that was pushed to. */
    readonly branch: string;
    readonly push: {
      /** The newest commit's whole message. */
      readonly message: string;
      /** Why it is planned: \`push\`, \`manual\`, … */
      readonly cause: string;
    };
    /** Changed paths; null when they are too many to know, which counts as everything. */
    readonly files: readonly string[] | null;
    /** Texts by name that whoever started it gave; none for a push. */
    readonly parameters: Readonly<Record<string, string>>;
  };

  /** What \`export default\` may be. */
  export type Script = Configuration | ((context: Context) => Configuration | Promise<Configuration>);

  /** Gives back what it is given: it is there for its types. */
  export function defineConfig(script: Script): Script;
`;

const names = new Map(named.map(([name, schema]) => [schema, name]));

function typeOf(schema: Schema, level: number): string {
  return names.get(schema) ?? written(schema, level);
}

function written(schema: Schema, level: number): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value).replace(/^"(.*)"$/, "'$1'")).join(' | ');
  if (schema.anyOf) return union(schema.anyOf.map((each) => typeOf(each, level)));
  const types = typesOf(schema);
  if (types.length === 0) return 'unknown';
  return union(types.map((type) => ofType(schema, type, level)));
}

function ofType(schema: Schema, type: string, level: number): string {
  if (type === 'array') return listOf(schema.items ? typeOf(schema.items, level) : 'unknown');
  if (type === 'object') return tableOf(schema, level);
  if (type === 'string' && schema.pattern === expressionPattern) return expressionType;
  return type === 'integer' ? 'number' : type;
}

/** Text with an expression, where otherwise only certain words may stand. */
const expressionPattern = '\\$\\{\\{';
const expressionType = `\`\${string}\\\${{\${string}\``;

const listOf = (item: string): string => `readonly ${/[ |{]/.test(item) ? `(${item})` : item}[]`;

function tableOf(schema: Schema, level: number): string {
  const { properties = {}, patternProperties = {}, additionalProperties, required = [] } = schema;
  const keys = Object.entries(properties);
  const indent = '  '.repeat(level + 1);
  const lines = keys.map(([key, under]) => {
    const name = /^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`;
    // What a template may bring is not missed here.
    const isRequired = required.includes(key) && (key === 'gate' || properties['template'] === undefined);
    const type = typeOf(under, level + 1);
    return `${commentOf(under, level + 1)}${indent}readonly ${name}${isRequired ? '' : '?'}: ${type}${isRequired ? '' : ' | undefined'};`;
  });
  for (const pattern of Object.keys(patternProperties)) {
    const start = /^\^([a-z-]+)$/.exec(pattern)?.[1];
    if (start) lines.push(`${indent}readonly [key: \`${start}\${string}\`]: unknown;`);
  }
  if (additionalProperties) {
    // A key of its own is a key like all others to TypeScript: its type must be one of theirs.
    const others = [additionalProperties, ...keys.map(([, under]) => under)].map((each) => typeOf(each, level + 1));
    lines.push(`${indent}readonly [key: string]: ${union([...others, 'undefined'])};`);
  }
  if (lines.length === 0) return 'Readonly<Record<string, unknown>>';
  return `{\n${lines.join('\n')}\n${'  '.repeat(level)}}`;
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');

function commentOf({ description, default: usual, examples }: Schema, level: number): string {
  const parts = [description, usual === undefined ? undefined : `Default: \`${String(usual)}\`.`];
  const [example] = examples ?? [];
  if (example !== undefined) parts.push(`Example: \`${JSON.stringify(example).replace(/^"(.*)"$/, '$1')}\`.`);
  const text = parts.filter((part) => part !== undefined).join(' ');
  return text === '' ? '' : `${'  '.repeat(level)}/** ${text.replaceAll('*/', '*\\/')} */\n`;
}
