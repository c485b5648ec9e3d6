// What runs inside the sandbox before and after the configuration: it takes away what is not the same everywhere, hands over
// the push, notes what of it was asked for, and writes the result down as a flat list. A configuration can spoil all of
// this for itself; whoever reads the list trusts nothing in it.
import type { MarkNames } from './mark-places.ts';
import { marks, words } from './words.ts';

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
  const shapeNumbers = table();
  const shapes = [];
  const shapeOfLiteral = [];
  const others = table();
  let hasOthers = false;
  const out = [];
  let size = 0;
  let count = 0;

  const writeMark = (mark, depth) => {
    if (typeof mark === 'number') {
      out[size++] = mark;
      return;
    }
    if (!isArray(mark) || depth > 8) {
      out[size++] = ${marks.none};
      return;
    }
    out[size++] = ${marks.long};
    out[size++] = +mark[0];
    out[size++] = stacks.of(typeof mark[1] === 'string' ? sliceOf(mark[1], 0, 4000) : '');
    out[size++] = mark.length - 2;
    for (let at = 2; at < mark.length; at += 1) writeMark(mark[at], depth + 1);
  };

  const shapeOf = (names, mark) => {
    if (typeof mark === 'number') {
      const known = shapeOfLiteral[mark];
      if (known !== undefined) {
        const before = shapes[known];
        let at = before.length === names.length ? 0 : -2;
        while (at >= 0 && at < names.length && names[at] === before[at]) at += 1;
        if (at === names.length) return known;
      }
    }
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
  const meet = (value) => {
    const code = met - count++;
    try { value[place] = code; } catch {}
    if (value[place] === code) return;
    others.set(value, code);
    hasOthers = true;
  };

  const write = (value, depth) => {
    if (typeof value === 'string') {
      out[size++] = ${words.text} + texts.of(value);
      return;
    }
    if (typeof value !== 'object') {
      if (typeof value === 'boolean') {
        out[size++] = value ? ${words.yes} : ${words.no};
        return;
      }
      const isNumber = typeof value === 'number';
      out[size++] = isNumber && isFinite(value) ? ${words.number} : ${words.other};
      out[size++] = texts.of(isNumber ? text(value) : typeof value);
      return;
    }
    if (value === null) {
      out[size++] = ${words.nothing};
      return;
    }
    let mark = value[place];
    if (hasOthers) {
      const known = others.get(value);
      if (known !== undefined) mark = known;
    }
    if (typeof mark === 'number' && mark <= met) {
      out[size++] = ${words.again};
      out[size++] = met - mark;
      return;
    }
    if (depth > 100) {
      out[size++] = ${words.tooMuch};
      return;
    }
    if (mark === undefined) {
      if (isArray(value)) {
        const { length } = value;
        if (length > 1000000) {
          out[size++] = ${words.tooMuch};
          return;
        }
        meet(value);
        out[size++] = ${words.list};
        out[size++] = length;
        for (let at = 0; at < length; at += 1) write(value[at], depth + 1);
        return;
      }
      const prototype = getPrototypeOf(value);
      if (prototype !== objectPrototype && prototype !== null) {
        const tag = sliceOf(tagOf(value), 8, -1);
        if (tag !== 'Object' && tag !== 'Module') {
          out[size++] = ${words.other};
          out[size++] = texts.of(sliceOf(tag, 0, 40));
          return;
        }
      }
      mark = ${marks.none};
    }
    meet(value);
    const names = keys(value);
    out[size++] = ${words.table};
    writeMark(mark, 0);
    out[size++] = shapeOf(names, mark);
    for (let at = 0; at < names.length; at += 1) {
      const under = value[names[at]];
      if (under === undefined) out[size++] = ${words.missing};
      else write(under, depth + 1);
    }
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
      out.toJSON = undefined;
      shapes.toJSON = undefined;
      const all = [keys(asked), stacks.all, texts.all, shapes, out];
      all.toJSON = undefined;
      all[0].toJSON = undefined;
      return stringify(all);
    },
  };
})()`;
