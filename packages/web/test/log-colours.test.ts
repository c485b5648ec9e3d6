// Colours of a log become spans of text; everything else that a terminal would obey is left out.
import { describe, expect, test } from 'vitest';
import { plainOf, spansOf } from '../src/log/spans.ts';

const spans = (text: string, style = '') => spansOf({ text, style });

describe('colours', () => {
  test('of 16, of 256 and of 16 million are told', () => {
    expect(spans('\x1b[31mred\x1b[92mgreen')).toMatchObject([
      { text: 'red', color: 'red' },
      { text: 'green', color: 'bright-green' },
    ]);
    expect(spans('\x1b[38;5;208mx')[0]?.color).toBe('rgb(255, 135, 0)');
    expect(spans('\x1b[38;5;9mx')[0]?.color).toBe('bright-red');
    expect(spans('\x1b[48;5;232mx')[0]?.background).toBe('rgb(8, 8, 8)');
    expect(spans('\x1b[38;2;1;2;3mx')[0]?.color).toBe('rgb(1, 2, 3)');
    expect(spans('\x1b[38:2::1:2:3mx\x1b[38:5:196my')).toMatchObject([
      { color: 'rgb(1, 2, 3)' },
      { color: 'rgb(255, 0, 0)' },
    ]);
  });

  test('go on from the line before', () => {
    expect(spans('more', '\x1b[1m\x1b[36m')).toMatchObject([{ text: 'more', color: 'cyan', decorations: ['bold'] }]);
  });

  test('go on in a link over the line end', () => {
    const style = '\x1b[31m\x1b]8;;https://ci.example/\x1b\\';
    expect(spans('here\x1b]8;;\x1b\\ not', style)).toMatchObject([
      { text: 'here', start: 0, color: 'red', href: 'https://ci.example/' },
      { text: ' not', start: 4, color: 'red', href: null },
    ]);
    expect(spans('x', '\x1b]8;;javascript:alert(1)\x1b\\')[0]?.href).toBeNull();
  });

  test('that are reversed stay readable', () => {
    expect(spans('\x1b[7mx')[0]).toMatchObject({ color: 'page', background: 'text', decorations: [] });
    expect(spans('\x1b[7;31mx')[0]).toMatchObject({ color: null, background: 'red' });
  });

  test('are all that is obeyed: cursors, titles, links and bells are not', () => {
    expect(plainOf('\x1b[2K\x1b[1Aup\x07 \x1b]0;title\x07\x1b]8;;http://x.example\x1b\\link\x1b]8;;\x1b\\')).toBe(
      'up link',
    );
    expect(plainOf('\x1b(Bx\x1b=y')).toBe('xy');
    expect(plainOf('\x1b[31mcut\x1b[3')).toBe('cut');
  });

  test('do not turn text into anything but text', () => {
    expect(spans('<script>alert(1)</script>')).toEqual([
      { text: '<script>alert(1)</script>', start: 0, color: null, background: null, decorations: [], href: null },
    ]);
  });
});
