import assert from 'node:assert/strict';
import test from 'node:test';
import { createJunction } from '../src/route.js';

test('a route is set when its track is free', () => {
  assert.equal(createJunction().set('north', ['a', 'b']), true);
});

test('two routes never share a piece of track', () => {
  const junction = createJunction();
  junction.set('north', ['a', 'b']);
  assert.equal(junction.set('east', ['b', 'c']), false);
});

test('a route that is released frees its track', () => {
  const junction = createJunction();
  junction.set('north', ['a', 'b']);
  junction.release('north');
  assert.equal(junction.set('east', ['b', 'c']), true);
});
