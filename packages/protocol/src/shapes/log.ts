// What a search in a run's log answers.
import { type Static, Type } from 'typebox';
import { Count, Instant } from './basics.ts';

/** Of a place in a run's log: step, line and byte. */
export const LogPlace = { pattern: '^[0-9]{1,9}\\.[1-9][0-9]{0,14}\\.[0-9]{1,15}$' };

export const LogHit = Type.Object({
  step: Type.Integer(),
  line: Type.Integer({ description: 'Its number in the log of its step; the first is 1.' }),
  startByte: Type.Integer({ description: 'Where the line begins, in bytes.' }),
  text: Type.String({ description: 'The line without its end, cut around what was found where it is long.' }),
  textByte: Type.Integer({ description: 'Where `text` begins, in bytes.' }),
  from: Type.Integer({ description: 'The first match: the columns `from` up to, not including, `to` of `text`.' }),
  to: Type.Integer(),
  whole: Type.Boolean({ description: '`text` is all of the line.' }),
  printedAt: Type.Optional(
    Type.Union([Instant, Type.Null()], { description: 'When it was printed; null: not known.' }),
  ),
});
export type LogHit = Static<typeof LogHit>;

export const LogFound = Type.Object({
  hits: Type.Array(LogHit, { description: 'In the order of steps and lines, one for each line.' }),
  more: Type.Union([Type.String(), Type.Null()], {
    description:
      'It stopped, for there were enough or its time was over: give it back as `?cursor=` to go on. null: all that is here was searched.',
  }),
  matches: Type.Integer({ description: 'Lines found by this call, also where only their number was asked for.' }),
  next: Type.Union([Type.String(), Type.Null()], {
    description:
      'All that is here was searched, and more may be printed: give it back as `?cursor=` then. It is the beginning of the last line, when that has no end yet: that line may be found again.',
  }),
  searchedBytes: Count,
  cutLines: Type.Integer({
    description: 'Lines too long for a regular expression: it looked at their beginning only, and found nothing there.',
  }),
});
export type LogFound = Static<typeof LogFound>;
