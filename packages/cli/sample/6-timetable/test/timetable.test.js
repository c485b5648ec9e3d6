import assert from 'node:assert/strict';
import test from 'node:test';
import { readTimetable } from '../src/timetable.js';

// A file as the platform writes it (the sample's one worker only plays the platforms).
const lineEnd = process.env.MATRIX_PLATFORM === 'windows' ? '\r\n' : '\n';
const file = ['Night Express at 23:50', 'Milk Train at 04:10', ''].join(lineEnd);

test('a timetable has a train in each line', () => {
  assert.equal(readTimetable(file).filter(({ train }) => train.includes(' ')).length, 2);
});

test('a train has its time', () => {
  assert.equal(readTimetable(file)[0].time, '23:50');
});
