// An instant as people read it: how long ago, with the exact UTC on hover; and a length of time that may still grow.
import { ago, between, exact } from '../text/time.ts';
import { useNow } from './now.ts';

export function Ago({ at, className }: { at: string; className?: string | undefined }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exact(at)} className={className}>
      {ago(at, now)}
    </time>
  );
}

export function Lasting({ from, to }: { from: string | null; to: string | null }) {
  if (!from) return null;
  return to ? between(from, to, 0) : <Growing from={from} />;
}

function Growing({ from }: { from: string }) {
  return between(from, null, useNow('second'));
}
