// What follows the shown part of a very long line: how much is left, a button that shows more of it, and the raw line.
import { useState } from 'react';
import { Button } from '../parts/button.tsx';
import { size } from '../text/size.ts';
import type { Line } from './lines.ts';
import styles from './log-line.module.css';
import { plainOf } from './spans.ts';

/** Shown more at each press, and at most of one line: more of it is for an editor. */
const moreCharacters = 100_000;
export const mostOfLine = 5_000_000;

type Props = {
  readonly line: Line;
  readonly number: number;
  readonly readRest: ((number: number, length: number) => Promise<string>) | null;
  readonly rawHref: string;
};

export function LongLine({ line, number, readRest, rawHref }: Props) {
  const [rest, setRest] = useState('');
  const [state, setState] = useState<'rests' | 'reads' | 'failed'>('rests');
  const shown = line.text.length + rest.length;
  const left = line.cut - rest.length;
  const more = async () => {
    setState('reads');
    try {
      const whole = await readRest!(number, shown + moreCharacters);
      setRest(plainOf(whole.slice(line.text.length)));
      setState('rests');
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      {rest}
      {left > 0 ? (
        <span className={styles['rest']}>
          … {size(left)} more{' '}
          {readRest && shown < mostOfLine ? (
            <Button onPress={() => void more()} busy={state === 'reads'}>
              {state === 'failed' ? 'Could not be read: try again' : 'Show more'}
            </Button>
          ) : null}{' '}
          <a href={rawHref} target="_blank" rel="noreferrer">
            Raw line {number}
          </a>
        </span>
      ) : null}
    </>
  );
}
