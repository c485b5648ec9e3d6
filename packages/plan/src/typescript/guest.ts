// What runs inside the sandbox before and after the configuration: it takes away what is not the same everywhere, hands over
// the push, notes what of it was asked for, and writes the result down as a flat list. A configuration can spoil all of
// this for itself; whoever reads the list trusts nothing in it.
import type { MarkNames } from './mark-places.ts';
import { digits, marks, words } from './words.ts';

/** What a script may not find by its usual name, and what is said to one that asks. */
const taken = [
  'there is no chance here: the same tree and push make the same plan',
  'text cannot be run as a program here',
] as const;

/**
 * A global script whose value is an object of functions for the host: `take` gives what was asked and the list, `tell` an
 * error as text. `run` starts it, and stands in the global object under the name of `made` with a word behind.
 */
export const guestScript = ({ place, made, spread }: MarkNames, run: string, facts: string): string => `
(() => {
  const { keys, defineProperty, getPrototypeOf, prototype: objectPrototype } = Object;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { floor } = Math;
  const { apply } = Reflect;
  const charactersOf = String.fromCharCode;
  const { parse, stringify } = JSON;
  const call = Function.prototype.call;
  const uncurry = (method) => call.bind(method);
  const tagOf = uncurry(objectPrototype.toString);
  const sliceOf = uncurry(String.prototype.slice);
  const Plain = Error;
  const Late = Promise;
  const then = uncurry(Promise.prototype.then);
  const resolve = Promise.resolve.bind(Promise);
  const text = String;
  const place = Symbol('place');

  const hide = (name, value) => defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: false });
  Math.random = () => { throw new Plain(${JSON.stringify(taken[0])}); };
  const noCode = () => { throw new Plain(${JSON.stringify(taken[1])}); };
  for (const prototype of [Function.prototype, getPrototypeOf(async () => {}), getPrototypeOf(function* () {}), getPrototypeOf(async function* () {})]) {
    defineProperty(prototype, 'constructor', { value: noCode, writable: false, configurable: false });
  }
  for (const name of ['eval', 'Function', 'WeakRef', 'FinalizationRegistry', 'gc', 'navigator', 'performance', 'queueMicrotask']) delete globalThis[name];
  Plain.stackTraceLimit = 12;

  const spreads = [];
  hide(${JSON.stringify(place)}, place);
  hide(${JSON.stringify(spread)}, (value) => {
    spreads[spreads.length] = value === null || value === undefined ? undefined : value[place];
    return value;
  });
  hide(${JSON.stringify(made)}, (id, count) => {
    const mark = [id, new Plain().stack];
    const from = spreads.length - count;
    for (let at = from; at < spreads.length; at += 1) mark[mark.length] = spreads[at];
    spreads.length = from < 0 ? 0 : from;
    return mark;
  });

  const asked = { __proto__: null };
  const facts = parse(${JSON.stringify(facts)});
  const note = (holder, of, name, show) => defineProperty(holder, name, {
    enumerable: true,
    get() { asked[show] = true; return of[name]; },
  });
  const given = {};
  const push = {};
  note(push, facts, 'message', 'message');
  note(push, facts, 'cause', 'cause');
  defineProperty(given, 'push', { enumerable: true, value: push });
  note(given, facts, 'branch', 'branch');
  note(given, facts, 'files', 'files');
  note(given, facts, 'parameters', 'parameters');

  // With methods of their own: what a script does to the prototype does not reach them.
  const { get, set } = Map.prototype;
  const table = () => {
    const map = new Map();
    map.get = get;
    map.set = set;
    return map;
  };
  const numbered = () => {
    const numbers = table();
    const all = [];
    all.toJSON = undefined;
    return {
      all,
      numbers,
      of(value) {
        const known = numbers.get(value);
        if (known !== undefined) return known;
        const number = all.length;
        all[number] = value;
        numbers.set(value, number);
        return number;
      },
    };
  };
  const stacks = numbered();
  const texts = numbered();
  const textNumbers = texts.numbers;
  const shapeNumbers = table();
  const shapes = [];
  const shapeOfLiteral = [];
  const others = table();
  let hasOthers = false;
  // The list, as characters: one for a small number. Numbers in JSON would cost as much as all the rest.
  const chunks = [];
  const out = [];
  let size = 0;
  let count = 0;
  const flush = () => {
    out.length = size;
    chunks[chunks.length] = apply(charactersOf, null, out);
    size = 0;
  };
  const put = (number) => {
    let rest = number + ${digits.shift};
    while (rest >= ${digits.base}) {
      out[size++] = ${digits.base} + rest % ${digits.base};
      rest = floor(rest / ${digits.base});
    }
    out[size++] = rest;
  };

  const writeMark = (mark, depth) => {
    if (typeof mark === 'number') {
      put(mark);
      return;
    }
    if (!isArray(mark) || depth > 8) {
      put(${marks.none});
      return;
    }
    put(${marks.long});
    put(+mark[0]);
    put(stacks.of(typeof mark[1] === 'string' ? sliceOf(mark[1], 0, 4000) : ''));
    put(mark.length - 2);
    for (let at = 2; at < mark.length; at += 1) writeMark(mark[at], depth + 1);
  };

  const shapeOf = (names, mark) => {
    names.toJSON = undefined;
    const key = stringify(names);
    let shape = shapeNumbers.get(key);
    if (shape === undefined) {
      shape = shapes.length;
      shapes[shape] = names;
      shapeNumbers.set(key, shape);
    }
    if (typeof mark === 'number') shapeOfLiteral[mark] = shape;
    return shape;
  };

  // An object that was met has the number of its meeting where its mark was; one that cannot be changed stands in a map.
  const met = -10;
  const remember = (value, code) => {
    if (value[place] === code) return;
    others.set(value, code);
    hasOthers = true;
  };

  const writeText = (text) => {
    const known = textNumbers.get(text);
    const word = ${words.text + digits.shift} + (known === undefined ? texts.of(text) : known);
    if (word < ${digits.base}) out[size++] = word;
    else put(word - ${digits.shift});
  };

  const write = (value, depth) => {
    if (size > ${digits.chunk}) flush();
    if (typeof value === 'string') return writeText(value);
    if (typeof value !== 'object') {
      if (typeof value === 'boolean') return put(value ? ${words.yes} : ${words.no});
      const isNumber = typeof value === 'number';
      put(isNumber && isFinite(value) ? ${words.number} : ${words.other});
      return put(texts.of(isNumber ? text(value) : typeof value));
    }
    if (value === null) return put(${words.nothing});
    let mark = value[place];
    if (hasOthers) {
      const known = others.get(value);
      if (known !== undefined) mark = known;
    }
    if (typeof mark === 'number' && mark <= met) {
      put(${words.again});
      return put(met - mark);
    }
    if (depth > 100) return put(${words.tooMuch});
    const code = met - count++;
    if (mark === undefined) {
      if (isArray(value)) return writeList(value, code, depth);
      const prototype = getPrototypeOf(value);
      if (prototype !== objectPrototype && prototype !== null) {
        const tag = sliceOf(tagOf(value), 8, -1);
        if (tag !== 'Object' && tag !== 'Module') {
          count -= 1;
          put(${words.other});
          return put(texts.of(sliceOf(tag, 0, 40)));
        }
      }
      mark = ${marks.none};
    }
    try { value[place] = code; } catch {}
    if (value[place] !== code) remember(value, code);
    const names = keys(value);
    const { length } = names;
    out[size++] = ${words.table + digits.shift};
    // Written out, as what follows is: this runs once for each object, and a call costs more than what it does.
    let shape;
    if (typeof mark === 'number' && mark >= 0) {
      put(mark);
      shape = shapeOfLiteral[mark];
      if (shape !== undefined) {
        const before = shapes[shape];
        let at = before.length === length ? 0 : -2;
        while (at >= 0 && at < length && names[at] === before[at]) at += 1;
        if (at !== length) shape = undefined;
      }
    } else writeMark(mark, 0);
    put(shape === undefined ? shapeOf(names, mark) : shape);
    for (let at = 0; at < length; at += 1) {
      const under = value[names[at]];
      if (typeof under === 'string') {
        const known = textNumbers.get(under);
        const word = ${words.text + digits.shift} + (known === undefined ? texts.of(under) : known);
        if (word < ${digits.base}) out[size++] = word;
        else put(word - ${digits.shift});
        if (size > ${digits.chunk}) flush();
      } else if (under === undefined) put(${words.missing});
      else write(under, depth + 1);
    }
  };

  const writeList = (value, code, depth) => {
    const { length } = value;
    if (length > 1000000) {
      count -= 1;
      return put(${words.tooMuch});
    }
    try { value[place] = code; } catch {}
    if (value[place] !== code) remember(value, code);
    put(${words.list});
    put(length);
    for (let at = 0; at < length; at += 1) write(value[at], depth + 1);
  };

  let state = 'none';
  let result;
  const failed = (error) => { state = 'failed'; result = error; };
  const settle = (value) => {
    try {
      write(value, 0);
      state = 'done';
    } catch (error) { failed(error); }
  };

  let entry;
  hide(${JSON.stringify(run)}, (module) => { entry = module; });
  // Called by the host, not by a module: what ends this is told with the line that it was at.
  const begin = () => {
    if (entry === undefined) { state = 'pending'; return; }
    const make = entry.default;
    if (typeof make === 'object' && make !== null) return settle(make);
    if (typeof make !== 'function') { state = make === undefined ? 'no-default' : 'no-function'; return; }
    state = 'pending';
    let made;
    try { made = make(given); } catch (error) { return failed(error); }
    if (made instanceof Late) return void then(made, settle, failed);
    settle(made);
  };

  const part = (value) => {
    try { return sliceOf(text(value), 0, 4000); } catch { return ''; }
  };
  const tell = (error) => {
    let name = '', message = '', stack = '';
    try {
      if (typeof error === 'object' && error !== null) { name = part(error.name); message = part(error.message); stack = part(error.stack); }
      else message = part(error);
    } catch {}
    return stringify([typeof error === 'object' && error !== null, name, message, stack]);
  };
  return {
    tell,
    begin,
    where: () => part(new Plain().stack),
    state: () => state === 'failed' ? 'failed' + tell(result) : state,
    take: () => {
      shapes.toJSON = undefined;
      if (size > 0) flush();
      const all = [keys(asked), stacks.all, texts.all, shapes];
      all.toJSON = undefined;
      all[0].toJSON = undefined;
      return stringify(all);
    },
    chunk: (number) => chunks[number],
  };
})()`;
