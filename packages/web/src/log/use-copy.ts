// Puts chosen lines into the clipboard: clean, or as Markdown with a link that stays true. What is not here is read for it.
import type { RunDetail, Step } from '@signalbox/protocol/browser';
import { client } from '../api/client.ts';
import { notify } from '../parts/notice-store.ts';
import { counted } from '../text/size.ts';
import { asMarkdown, cleanText } from './copy-text.ts';
import { formatRange, type LineRange } from './line-range.ts';

const mostBytes = 8_388_608;

export type Copy = (range: LineRange, how: 'text' | 'markdown') => Promise<void>;

export function useCopy({ run }: RunDetail, step: Step, jobName: string): Copy {
  return async (range, how) => {
    try {
      const lines = `${range.from}-${range.to}`;
      const response = await client.call('read-log', {
        params: { run: run.id, step: step.index },
        query: { lines, limit: mostBytes },
      });
      const text = cleanText(await response.text());
      const place = range.from === range.to ? `line ${range.from}` : `lines ${range.from}–${range.to}`;
      const title = `${jobName}, ${step.name}, ${place}`;
      const whole = how === 'text' ? text : asMarkdown(text, title, addressOf(run.id, step.index, range));
      await navigator.clipboard.writeText(whole);
      notify(`${counted(range.to - range.from + 1, 'line')} copied${how === 'text' ? '' : ' as Markdown'}.`);
    } catch (problem) {
      const because = problem instanceof Error ? problem.message : String(problem);
      notify(`Nothing was copied: ${because} Select the lines and copy them by hand.`, 'problem');
    }
  };
}

/** Names run and step: the job may run again, and other lines then bear these numbers. */
function addressOf(run: number, step: number, range: LineRange): string {
  const { origin, pathname } = window.location;
  return `${origin}${pathname}?run=${run}&step=${step}#${formatRange(range)}`;
}
