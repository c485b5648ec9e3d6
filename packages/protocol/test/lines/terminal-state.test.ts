// A terminal's state after a text is the same however the text was cut, short however long it was, and what a terminal would say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { terminalStateAfter } from '../../src/index.ts';

const after = (text: string, before = '') => terminalStateAfter(before, text);

describe('the state of a terminal after a text', () => {
  test('is what is open: colours of 16, 256 and 16 million, decorations, and what takes each of them away', () => {
    expect(after('plain')).toBe('');
    expect(after('\x1b[31mred')).toBe('\x1b[31m');
    expect(after('\x1b[31mred\x1b[0m plain')).toBe('');
    expect(after('\x1b[31mred\x1b[m plain')).toBe('');
    expect(after('\x1b[1;31mx\x1b[39my')).toBe('\x1b[1m');
    expect(after('\x1b[1;2;3;4;7;9mx\x1b[22;23;24;27;29my')).toBe('');
    expect(after('\x1b[38;5;208;48;2;1;2;3mx')).toBe('\x1b[38;5;208;48;2;1;2;3m');
    expect(after('\x1b[38:2::1:2:3mx\x1b[48:5:0my')).toBe('\x1b[38;2;1;2;3;48;5;0m');
    expect(after('\x1b[1mx\x1b[0;32my')).toBe('\x1b[32m');
    expect(after('\x1b[91;101mx\x1b[49my')).toBe('\x1b[91m');
    expect(after('\x1b[4:3mx')).toBe('\x1b[4m');
    expect(after('\x1b[4mx\x1b[4:0my')).toBe('');
    expect(after('\x1b[38;5;0;1mx')).toBe('\x1b[1;38;5;0m');
  });

  test('holds a link until it is closed, by either end that there is for one', () => {
    expect(after('\x1b]8;id=1;https://a.example\x07text')).toBe('\x1b]8;;https://a.example\x1b\\');
    expect(after('\x1b]8;;https://a.example\x1b\\text\n\x1b]8;;\x1b\\')).toBe('');
    expect(after('more\n', '\x1b[1m\x1b]8;;https://a.example\x1b\\')).toBe('\x1b[1m\x1b]8;;https://a.example\x1b\\');
    expect(after(`\x1b]8;;https://a.example/${'x'.repeat(300)}\x07text`)).toBe('');
  });

  test('goes on from the one before, and other sequences change nothing', () => {
    expect(after('more\x1b[2K\x1b[1A\x1b]0;title\x07', '\x1b[1;36m')).toBe('\x1b[1;36m');
    expect(after('\x1b[4mmore', '\x1b[1;36m')).toBe('\x1b[1;4;36m');
    expect(after('\x1b[32mmore', '\x1b[1;36m')).toBe('\x1b[1;32m');
  });

  test('is the same wherever the text was cut, also within a sequence', () => {
    const piece = fc.constantFrom(
      ...['\x1b[31m', '\x1b[0m', '\x1b[1;44m', '\x1b[m', '\x1b[38;5;0m', '\x1b[39;22m', '\x1b[38;2;9;8;7m', '\x1b[2K'],
      ...['\x1b]8;;https://a.example\x1b\\', '\x1b]8;;\x07', '\x1b]0;t\x07', 'text', '\n', '\x1b', '\x1b[', 'm', '1'],
    );
    const texts = fc.tuple(fc.array(piece, { maxLength: 12 }), fc.nat(), fc.nat()).map(([parts, one, other]) => {
      const text = parts.join('');
      const [from, to] = [one % (text.length + 1), other % (text.length + 1)].sort((a, b) => a - b) as [number, number];
      return { text, cuts: [text.slice(0, from), text.slice(from, to), text.slice(to)] };
    });
    fc.assert(
      fc.property(texts, ({ text, cuts }) => {
        expect(cuts.reduce((state, cut) => terminalStateAfter(state, cut), '')).toBe(after(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('stays short, whatever a program prints', () => {
    const hostile = `${'\x1b[1m\x1b[31m'.repeat(50_000)}${'\x1b[38;2;1'.repeat(1000)}\x1b]8;;${'x'.repeat(100_000)}`;
    expect(after(hostile).length).toBeLessThan(700);
    expect(after(`\x1b[${'1;'.repeat(100_000)}mx`).length).toBeLessThan(100);
  });
});
