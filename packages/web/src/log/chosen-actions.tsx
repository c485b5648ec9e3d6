// What can be done with chosen lines: take them along, with or without a link to them.
import type { RunDetail, Step } from '@signalbox/protocol/browser';
import { Copy } from 'lucide-react';
import { Button } from '../parts/button.tsx';
import { counted } from '../text/size.ts';
import type { LineRange } from './line-range.ts';
import styles from './step-log-view.module.css';
import { useCopy } from './use-copy.ts';

type Props = { readonly range: LineRange; readonly run: RunDetail; readonly step: Step; readonly jobName: string };

export function ChosenActions({ range, run, step, jobName }: Props) {
  const copy = useCopy(run, step, jobName);
  return (
    <div className={styles['chosen']}>
      <Button onPress={() => void copy(range, 'text')} title="Copy the chosen lines as plain text">
        <Copy size={14} aria-hidden="true" /> Copy {counted(range.to - range.from + 1, 'line')}
      </Button>
      <Button
        onPress={() => void copy(range, 'markdown')}
        title="Copy the chosen lines as Markdown, with a link to them"
      >
        as Markdown
      </Button>
    </div>
  );
}
