// One schema for the check, the editors and the reference: they say the same.
import { readFileSync } from 'node:fs';
import { contract, JobOrder, PoolName } from '@signalbox/protocol';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createCheck } from '../src/check-value.ts';
import type { Draft, Finding } from '../src/draft.ts';
import { compile, configSchema, schemaText, withReference } from '../src/index.ts';
import { parse as parseStage } from '../src/parse.ts';
import { job as jobSchema } from '../src/schema/job.ts';
import { orderKeys } from '../src/schema/order.ts';
import type { Schema } from '../src/schema/shape.ts';
import { poolName, secretName } from '../src/schema/texts.ts';
import { sourceOf } from '../src/source.ts';
import { fileOf, namesOf, onMain, planOf } from './kit/compile-text.ts';

const docs = (name: string) => new URL(`../../../docs/${name}`, import.meta.url);
const page = readFileSync(docs('configuration.md'), 'utf8');

test('the published schema is the one that the check uses', () => {
  expect(readFileSync(docs('signalbox.schema.json'), 'utf8')).toBe(schemaText());
});

test('the tables of the page are made from the schema', () => {
  expect(page).toBe(withReference(page));
  expect(page).toContain('| `if-changed`');
});

test('the examples of the page are plans', () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const names = examples.map((text) => namesOf(planOf(text)));
  expect(names).toHaveLength(5);
  expect(names[0]).toEqual([
    ...['lint', 'build-linux-opt', 'build-linux-debug', 'build-windows-opt', 'build-mac-opt'],
    ...['test-linux', 'test-windows', 'test-mac', 'ship', 'publish'],
  ]);
});

test('every key of the schema says what it is for', () => {
  const silent: string[] = [];
  const walk = (schema: Schema, path: string) => {
    for (const [key, under] of Object.entries(schema.properties ?? {})) {
      if (!under.description) silent.push(`${path}.${key}`);
      walk(under, `${path}.${key}`);
    }
    for (const under of schema.anyOf ?? []) walk(under, path);
    if (schema.items) walk(schema.items, `${path}[]`);
    if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.*`);
  };
  walk(configSchema, '');
  expect(silent).toEqual([]);
});

const patternOf = (schema: object): unknown => 'pattern' in schema && schema.pattern;

test('pools and secrets have the names that the protocol allows', () => {
  expect(poolName.pattern).toContain(patternOf(PoolName));
  expect(secretName.pattern).toContain(patternOf(contract['set-secret'].params.properties.secret));
});

test('priority and coalesce have the ranges that the protocol allows', () => {
  const { priority, coalesce } = JobOrder.properties;
  expect(rangeOf(orderKeys.priority)).toEqual(rangeOf(priority));
  expect(rangeOf(orderKeys.coalesce)).toEqual(rangeOf(coalesce));
  expect(rangeOf(priority)).toEqual([-100, 100]);
});

function rangeOf(schema: object): unknown[] {
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  return [minimum, maximum];
}

test('no key of a gate has another meaning than in a job, and neither takes what the other requires', () => {
  const [gate, job] = jobSchema.anyOf ?? [];
  const { gate: question, ...shared } = gate?.properties ?? {};
  expect(question).toBeDefined();
  expect(job?.properties).toMatchObject(shared);
  expect(job?.properties).not.toHaveProperty('gate');
  expect(gate?.properties).not.toHaveProperty('steps');
});

const ajv = new Ajv({ strict: false, allErrors: true });
const validate = ajv.compile(configSchema);

/** What the check alone says, without what no schema can tell: circles, names that do not exist. */
function found(text: string): Finding[] {
  const { tree, mistakes } = parseStage({
    source: sourceOf(fileOf(text)),
    configFiles: 1,
    mistakes: [] as readonly Finding[],
  } as Draft);
  if (!tree) return [...mistakes];
  const findings: Finding[] = [...mistakes];
  createCheck(findings)(tree, configSchema, { name: 'the file', offset: 0 });
  return findings;
}

const scalars: readonly unknown[] = [
  ...[
    'push',
    'linux',
    'a b',
    'SECRET',
    '10m',
    '1h30m',
    '0s',
    '',
    'sh',
    'src/**',
    '/abs',
    '../up',
    '!x',
    'Ship it?',
    '  ',
    'x'.repeat(101),
    'x y'.repeat(70),
  ],
  ...[`\${{ matrix.x }}`, 'line\nline', 'true', '7', true, false, 0, 1, 3, 11, -100, -101, 101, 1001, 1.5, null],
];
const scalar = fc.constantFrom(...scalars);
const keys = [
  ...[
    'version',
    'env',
    'jobs',
    'x-any',
    'on',
    'pool',
    'matrix',
    'platform',
    'symbol',
    'needs',
    'if-changed',
    'checkout',
  ],
  ...[
    'secrets',
    'attempts',
    'timeout',
    'artifacts',
    'steps',
    'script',
    'name',
    'shell',
    'always',
    'push',
    'branches',
    'include',
  ],
  ...['gate', 'priority', 'coalesce', 'concurrency', 'delay'],
  ...['exclude', 'KEY', 'job-1', '1a', 'a b'],
];
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('list'), tie('table')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  table: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 }),
})).value;

const valueFor = (schema: Schema): fc.Arbitrary<unknown> => {
  if (schema.anyOf) {
    // What has keys of several, such as steps beside a gate, is as likely a mistake as any.
    const tables = schema.anyOf.filter((one) => one.type === 'object').map(valueFor);
    const mixed = fc.tuple(...tables).map((values) => Object.assign({}, ...values));
    const each = schema.anyOf.map((one) => ({ weight: 5, arbitrary: valueFor(one) }));
    return fc.oneof(...each, { weight: tables.length > 1 ? 1 : 0, arbitrary: mixed });
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.includes('object')) {
    const known = Object.entries(schema.properties ?? {}).map(([key, under]) => [key, mostly(under)] as const);
    const named = fc.record(Object.fromEntries(known), { requiredKeys: [...(schema.required ?? [])] });
    const open = typeof schema.additionalProperties === 'object' ? mostly(schema.additionalProperties) : scalar;
    const extra = fc.dictionary(fc.constantFrom('KEY', 'build', 'x'), open, {
      minKeys: typeof schema.additionalProperties === 'object' ? (schema.minProperties ?? 0) : 0,
      maxKeys: typeof schema.additionalProperties === 'object' ? 2 : 0,
    });
    return fc.tuple(named, extra).map(([one, other]) => ({ ...other, ...one }));
  }
  if (types.includes('array'))
    return fc.array(schema.items ? mostly(schema.items) : scalar, { minLength: schema.minItems ?? 0, maxLength: 3 });
  return fc.constantFrom(...(schema.enum ?? scalars.filter((one) => ajv.validate(schema, one))));
};
const mostly = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 100, arbitrary: valueFor(schema) }, { weight: 1, arbitrary: anything });

test('the check and a validator of JSON Schema refuse the same files', () => {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(mostly(configSchema), (value) => {
      const text = stringify(value);
      const isValid = validate(parse(text));
      seen[isValid ? 'valid' : 'invalid'] += 1;
      const findings = found(text);
      expect([findings.length === 0, text, findings, isValid ? [] : validate.errors]).toEqual([
        isValid,
        text,
        findings,
        isValid ? [] : validate.errors,
      ]);
      if (compile({ ...onMain, files: fileOf(text) }).kind === 'plan') expect(isValid).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(30);
}, 120_000);
