// Configurations that mean harm: each ends with a mistake and its place, within its time and its memory, and the next one
// is planned as if nothing had been.
import { afterAll, describe, expect, it } from 'vitest';
import { planned } from '../kit/compile-typescript.ts';
import { openThreads } from '../kit/plan-in-threads.ts';

// Time is the last resort: what counts its loops and calls is stopped by their number, on a slow machine too.
const threads = openThreads({ seconds: 60, looks: 200, memoryBytes: 64 * 1024 * 1024 });
const impatient = openThreads({ seconds: 2 });
afterAll(async () => {
  await Promise.all([threads.close(), impatient.close()]);
});
const right = 'export default ({ branch }) => ({ jobs: { a: { steps: [branch] } } });';

const endless = /^\d+:\d+ the configuration does not end: it was stopped after 2,000,000 loops and calls$/;
const memory = /^\d+:\d+ the configuration uses more than 64 MB of memory$/;
const deep =
  /^\d+:\d+ (the configuration ends with `RangeError: [Mm]aximum call stack|this is nested too deeply|the configuration ran out of stack)/;
const reading = /^\d+:\d+ /;

describe('time', () => {
  it.each<[what: string, text: string, expected: RegExp]>([
    ['a loop', 'export default () => {\n  for (;;) Math.abs(1);\n};', /^2:\d+ the configuration does not end/],
    ['a loop of nothing', 'export default () => {\n  for (;;);\n};', endless],
    ['a loop while it is loaded', 'while (true) {}\nexport default 1;', endless],
    ['a loop of promises', 'const f = async () => { for (;;) await 0; };\nexport default f;', endless],
    [
      'a loop in a getter',
      'export default () => ({ get jobs() {\n  let x = 0; for (;;) x += Math.abs(x);\n} });',
      /^2:\d+ the configuration does not end/,
    ],
    [
      'a loop in the text of what is thrown',
      'export default () => { throw { get message() { for (;;); } }; };',
      endless,
    ],
    [
      'a loop that catches',
      'export default () => { for (;;) try { for (;;); } catch {} finally { for (;;); } };',
      endless,
    ],
    ['a loop in a generator', 'export default () => [...(function* () { for (;;) yield 1; })()];', reading],
    ['a sort that never ends', 'export default () => [1, 2, 3].sort(() => { for (;;); });', endless],
    ['a regular expression bomb', "export default () => /^(a+)+$/.test('a'.repeat(40) + '!');", endless],
    ['a search through nothing', 'export default () => [].indexOf.call({ length: 2 ** 53 - 1 }, 1);', endless],
    [
      'a promise that nobody keeps',
      'export default () => new Promise(() => {});',
      /^1:1 the configuration waits for a promise/,
    ],
    ['a promise while it is loaded', 'await new Promise(() => {});\nexport default 1;', /waits for a promise/],
    ['an async thenable that is never done', 'export default async () => ({ then() {} });', /waits for a promise/],
  ])('%s ends', async (_what, text, expected) => {
    expect(await threads.told(text)).toEqual([expect.stringMatching(expected)]);
    expect(await threads.told(right)).toEqual(['plan of 1']);
  });

  it('that nobody counts, as of a text of a billion commas, ends by the clock', async () => {
    const text = "export default () => new Array(1e9) + '';";
    expect(await impatient.told(text)).toEqual(['1:1 the configuration takes longer than 2 seconds']);
    expect(await impatient.told(right)).toEqual(['plan of 1']);
  });
});

describe('memory', () => {
  it.each<[what: string, text: string, expected: RegExp]>([
    ['texts', "export default () => {\n  const x = []; for (;;) x.push('x'.repeat(1e5) + x.length);\n};", memory],
    ['objects', 'export default () => { let x = {}; for (;;) x = { x }; };', memory],
    [
      'a text that doubles',
      "export default () => { let x = 'x'; for (;;) x += x; };",
      /uses more than 64 MB|string too long/,
    ],
    ['a text of half a billion', "export default () => ({ jobs: { a: { steps: ['x'.repeat(2 ** 29)] } } });", reading],
    ['lists that grow', 'export default () => { let x = []; for (;;) x = x.concat(x, [1, 2, 3]); };', reading],
    ['a typed array', 'export default () => new Uint8Array(2 ** 31);', reading],
    ['a BigInt', 'export default () => String(7n ** 3000000n).length;', reading],
    [
      'ten million jobs',
      "export default () => { const jobs = {}; for (let i = 0; i < 1e7; i++) jobs['a' + i] = 1; return { jobs }; };",
      reading,
    ],
    [
      'ten million entries of one list',
      "export default () => ({ jobs: { a: { steps: new Array(1e7).fill('x') } } });",
      reading,
    ],
    [
      'one job ten thousand times in itself',
      'export default () => { let x: unknown = 1; for (let i = 0; i < 1e4; i++) x = [x, x]; return { jobs: x }; };',
      reading,
    ],
    [
      'shared lists of shared lists',
      "export default () => { let x: unknown = ['y']; for (let i = 0; i < 40; i++) x = [x, x, x]; return { jobs: { a: x } }; };",
      /values|must be/,
    ],
  ])('%s do not fit', async (_what, text, expected) => {
    const told = await threads.told(text);
    expect(told[0]).toMatch(expected);
    expect(told.length).toBeLessThan(600);
    expect(await threads.told(right)).toEqual(['plan of 1']);
  });
});

describe('depth', () => {
  it.each<[what: string, text: string]>([
    ['a function that calls itself', 'function f() {\n  return f() + 1;\n}\nexport default f;'],
    ['a text of itself', "const b = { toString() { return '' + b; } };\nexport default () => '' + b;"],
    ['lists in lists, written out', `export default ${'['.repeat(50_000)}`],
    ['types in types, written out', `type A = ${'['.repeat(50_000)}`],
    ['nots before nots', `export default ${'!'.repeat(100_000)}1;`],
    ['parentheses', `export default ${'('.repeat(20_000)}1${')'.repeat(20_000)};`],
    ['arrows', `export default ${'a => '.repeat(20_000)}1;`],
    ['JSON', "export default () => JSON.parse('['.repeat(1e6));"],
    ['a pattern', "export default () => new RegExp('('.repeat(1e5) + ')'.repeat(1e5));"],
    [
      'bound functions',
      'export default () => { let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); return f(); };',
    ],
    ['a long sum', `export default () => ${'1+'.repeat(50_000)}1;`],
  ])('of %s is refused', async (_what, text) => {
    const told = await threads.told(text);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(reading);
    expect(await threads.told(right)).toEqual(['plan of 1']);
  });

  it('of a function that calls itself is told where it is', async () => {
    expect(await threads.told('function f() {\n  return f() + 1;\n}\nexport default f;')).toEqual([
      expect.stringMatching(/^2:\d+ the configuration ends with `RangeError: Maximum call stack size exceeded`/),
    ]);
    expect(await threads.told('export default () => JSON.parse("[".repeat(1e6));')).toEqual([
      expect.stringMatching(deep),
    ]);
  });
});

describe('the way out', () => {
  it.each<[what: string, code: string]>([
    ['constructor.constructor', "(() => {}).constructor.constructor('return this')()"],
    ["a generator's constructor", "Object.getPrototypeOf(function* () {}).constructor('yield this')().next().value"],
    ["an async function's constructor", "Object.getPrototypeOf(async () => {}).constructor('return this')()"],
    ["an async generator's", "Object.getPrototypeOf(async function* () {}).constructor('yield this')()"],
    ["a class's", "(class {}).constructor('return this')()"],
    ["a bound function's", "(() => {}).bind().constructor('return this')()"],
    ["a method's", "[].map.constructor('return this')()"],
    ["an error's", "new Error().constructor.constructor('return this')()"],
    ['what it is called with', "given.constructor.constructor('return this')()"],
    ['eval', "eval('1')"],
    ['an indirect eval', "(0, globalThis['ev' + 'al'])('1')"],
    ['Function', "new Function('return 1')()"],
    ['Reflect.construct', "Reflect.construct((() => {}).constructor, ['return 1'])()"],
    ['Proxy', 'new Proxy({}, {})'],
    ['process', 'process.env'],
    ['require', "require('fs')"],
    ['globalThis.process', 'globalThis.process.env'],
    ['WebAssembly', 'new WebAssembly.Module(new Uint8Array())'],
    ['SharedArrayBuffer', 'new SharedArrayBuffer(1)'],
    ['Atomics', 'Atomics.wait'],
    ['a clock', 'Date.now()'],
    ['a monotonic clock', 'performance.now()'],
    ['chance', 'Math.random()'],
    ['a locale', 'new Intl.DateTimeFormat().resolvedOptions().timeZone'],
    ['when memory is freed', 'new WeakRef({})'],
    ['a registry of what was freed', 'new FinalizationRegistry(() => {})'],
    ['a timer', 'setTimeout(() => {}, 0)'],
    ['output', "print('x')"],
    ['the standard library of the engine', 'std.open'],
    ['the operating system of the engine', 'os.exec'],
    ['scriptArgs', 'scriptArgs.length'],
  ])('by %s does not exist', async (_what, code) => {
    const told = await threads.told(
      `export default (given) => {\n  return { jobs: { a: { steps: ['got ' + typeof (${code})] } } };\n};`,
    );
    expect(told).toEqual([expect.stringMatching(/^2:\d+ the configuration ends with `/)]);
  });

  it('leads to nothing that is not of the language', async () => {
    const names = 'Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith("$signalbox")).sort()';
    const { jobs } = await planned(`export default () => ({ jobs: { a: { steps: [${names}.join(' ')] } } });`);
    expect(jobs[0]?.spec.steps[0]?.script.split(' ')).toEqual([
      'AggregateError',
      'Array',
      'AsyncDisposableStack',
      'BigInt',
      'Boolean',
      'DisposableStack',
      'Error',
      'EvalError',
      'Infinity',
      'InternalError',
      'Iterator',
      'JSON',
      'Map',
      'Math',
      'NaN',
      'Number',
      'Object',
      'Promise',
      'RangeError',
      'ReferenceError',
      'Reflect',
      'RegExp',
      'Set',
      'String',
      'SuppressedError',
      'Symbol',
      'SyntaxError',
      'TypeError',
      'URIError',
      'WeakMap',
      'WeakSet',
      'decodeURI',
      'decodeURIComponent',
      'encodeURI',
      'encodeURIComponent',
      'escape',
      'globalThis',
      'isFinite',
      'isNaN',
      'parseFloat',
      'parseInt',
      'undefined',
      'unescape',
    ]);
  });

  it('by an import leads nowhere but into the tree', async () => {
    for (const from of [
      '../../etc/passwd',
      '/etc/passwd',
      'file:///etc/passwd',
      'node:fs',
      'fs',
      'https://example.org/a.ts',
      'data:text/javascript,1',
      './../../a.ts',
      '.signalbox/config.ts',
      '#a',
      '',
    ]) {
      const told = await threads.told(`import a from '${from}';\nexport default () => a;`);
      expect(told, from).toEqual([expect.stringMatching(/^1:15 /)]);
    }
  });

  it('asks for files of the tree by clean paths alone', async () => {
    const asked: string[] = [];
    const text = "import './a/.././/b.ts'; import '../c.json'; import '.././d/../e.js'; export default {};";
    const loaded = await threads.load({
      list: async (path) => (path === '.signalbox' ? ['config.ts'] : []),
      read: async (path) => {
        asked.push(path);
        if (path === '.signalbox.yml') return { kind: 'absent' };
        return { kind: 'text', text: path === '.signalbox/config.ts' ? text : '{}' };
      },
    });
    expect(loaded.kind === 'mistakes' && loaded.mistakes.map(({ message }) => message)).toEqual([
      expect.stringContaining('has no `jobs`'),
    ]);
    expect(asked).toEqual(['.signalbox.yml', '.signalbox/config.ts', '.signalbox/b.ts', 'c.json', 'e.js']);
  });
});

describe('what is spoilt', () => {
  it.each<[what: string, text: string]>([
    ["Object's prototype", 'Object.prototype.toJSON = () => 1; Object.prototype.steps = 7;'],
    [
      "Array's prototype",
      "Array.prototype.toJSON = () => 'x'; Array.prototype[Symbol.iterator] = () => ({ next: () => ({ done: true }) });",
    ],
    ["String's prototype", 'String.prototype.toJSON = () => 2; String.prototype.slice = () => "";'],
    [
      'functions that are built in',
      "Map.prototype.get = () => 1; Object.keys = () => []; JSON.stringify = () => 'x'; Function.prototype.call = () => 1; Array.isArray = () => true; Number.isFinite = () => false;",
    ],
    ['promises', 'Promise.prototype.then = () => 1; Promise.resolve = () => 1;'],
    ['errors', 'Error.prepareStackTrace = () => { throw 1 }; Error.stackTraceLimit = 1e9;'],
    [
      'its marks',
      'for (const name of Object.getOwnPropertyNames(globalThis)) if (name.startsWith("$")) try { globalThis[name] = () => { throw 1 } } catch {}',
    ],
  ])('%s: it is the spoiler alone that suffers', async (_what, text) => {
    const told = await threads.told(`${text}\nexport default () => ({ jobs: { a: { steps: ['x'] } } });`);
    expect(told.join('\n')).toMatch(/^(plan of 1|\d+:\d+ )/);
    expect(await threads.told(right)).toEqual(['plan of 1']);
  });

  it.each<[what: string, text: string]>([
    [
      'setters of entries',
      'for (let i = 0; i < 50; i++) Object.defineProperty(Array.prototype, i, { set() {}, get() { return 7 } });',
    ],
    [
      'a list that grows while it is written',
      'const grow: any = []; Object.defineProperty(Array.prototype, 9, { set(value) { for (let i = 0; i < 1e5; i++) this.push(2, 1); }, get() { return 7 } });',
    ],
    [
      'marks that are no numbers of ours',
      'const odd = [Infinity, NaN, 0.5, -5, -1e9, 2 ** 53]; let n = 0; Object.defineProperty(Object.prototype, $signalboxPlace, { get() { return odd[n++ % 6] }, set() {}, configurable: true });',
    ],
    [
      'numbers for marks',
      "const all: any[] = []; Object.defineProperty(Object.prototype, Object.getOwnPropertyNames(globalThis).includes('$signalboxPlace') ? $signalboxPlace : 'x', { get() { return -999 }, set() {}, configurable: true });",
    ],
    [
      'lists for marks',
      "Object.defineProperty(Object.prototype, $signalboxPlace, { get() { return [1, 'at x (a:1:1)', [2, '', [3]]] }, set() {}, configurable: true });",
    ],
    [
      'a mark that holds itself',
      "const mark: any = [1, '']; mark.push(mark, mark); Object.defineProperty(Object.prototype, $signalboxPlace, { get() { return mark }, set() {}, configurable: true });",
    ],
  ])('the list that is handed over, by %s: nothing in it is trusted', async (_what, text) => {
    const told = await threads.told(
      `${text}\nexport default () => ({ jobs: { a: { steps: ['x', 'y'], env: { A: 'b' } } } });`,
    );
    expect(told.join('\n')).toMatch(/^(plan of 1|\d+:\d+ )/);
    expect(await threads.told(right)).toEqual(['plan of 1']);
  });

  it.each<[what: string, value: string]>([
    ['a getter that throws', '{ get jobs() { throw new TypeError("no") } }'],
    [
      'a getter that says something else each time',
      '{ n: 0, get jobs() { return this.n++ ? { a: { steps: ["x"] } } : 1 } }',
    ],
    ['a circle', '(() => { const a: any = { jobs: {} }; a.jobs.a = a; return a; })()'],
    ['frozen objects', 'Object.freeze({ jobs: Object.freeze({ a: Object.freeze({ steps: Object.freeze(["x"]) }) }) })'],
    ['JSON with a prototype', `JSON.parse('{"__proto__": {"jobs": 1}, "jobs": {"__proto__": {"steps": ["x"]}}}')`],
    [
      'no prototype',
      'Object.assign(Object.create(null), { jobs: Object.assign(Object.create(null), { a: { steps: ["x"] } }) })',
    ],
    ['an instance of a class', 'new (class { jobs = { a: { steps: ["x"] } } })()'],
    ['a list with holes', '{ jobs: { a: { steps: [, "x"] } } }'],
    ['an own length', '{ jobs: { a: { steps: Object.assign(["x"], { length: 4e9 }) } } }'],
    ['half a character', `{ jobs: { a: { steps: ["\\ud800"] } } }`],
    ['a NUL', `{ jobs: { a: { steps: ["\\0"] } } }`],
    ['a job name of look-alikes', '{ jobs: { "t\u0435st": { steps: ["x"] } } }'],
    ['a symbol', '{ jobs: Symbol("x") }'],
    ['a module', '{ jobs: globalThis }'],
    ['minus nought and NaN', '{ jobs: { a: { steps: ["x"], priority: -0, attempts: NaN } } }'],
  ])('a result that is %s is planned or refused', async (_what, value) => {
    const told = await threads.told(`export default () => (${value});`);
    expect(told.join('\n')).toMatch(/^(plan of 1|1:\d+ )/);
  });
});
