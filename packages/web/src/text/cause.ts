// Why a pipeline exists, in words that stand beside its number.
import type { Cause } from '@signalbox/protocol/browser';

export const causeWords: Readonly<Record<Cause, string>> = {
  push: 'by the push',
  manual: 'asked for by hand',
  api: 'submitted by a program',
  try: 'a try',
  nightly: 'a nightly',
  release: 'a release',
  backfill: 'a backfill',
};
