import assert from 'node:assert/strict';
import test from 'node:test';
import { createSignal } from '../src/signal.js';

test('a signal is red until it is cleared', () => {
  assert.equal(createSignal().colour, 'red');
});

test('a signal turns red behind the train', () => {
  const signal = createSignal();
  signal.clear();
  signal.passed();
  assert.equal(signal.colour, 'red');
});
