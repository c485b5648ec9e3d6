// The error lines of a step: those that the worker found while it wrote them, else those that the pages find at its end.
import type { RunDetail, Step } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { client } from '../api/client.ts';
import { errorLinesQuery } from '../api/queries.ts';
import { ownErrorLines } from './own-errors.ts';

/** Not with every hint, of which a busy log has many: hundreds may follow it. */
const whileItGrows = 10_000;

export type StepErrors = {
  /** In order. */
  readonly lines: readonly number[];
  /** False for a moment: nobody knows yet. */
  readonly isKnown: boolean;
  /** The worker stopped looking from this line on. */
  readonly stoppedAt: number | null;
};

export function useErrorLines({ run }: RunDetail, step: Step, grows: boolean): StepErrors {
  const told = useQuery({ ...errorLinesQuery(run.id), refetchInterval: grows ? whileItGrows : false });
  const { refetch } = told;
  const grew = useRef(grows);
  useEffect(() => {
    // The last of them come with the end of the run.
    if (grew.current && !grows) void refetch();
    grew.current = grows;
  }, [grows, refetch]);
  const ofStep = useMemo(
    () => told.data?.items.filter((item) => item.step === step.index).map((item) => item.line) ?? [],
    [told.data, step.index],
  );
  const failed = step.state === 'failed' || step.state === 'errored';
  const isSilent = failed && !grows && !told.isPending && ofStep.length === 0;
  const own = useQuery({
    queryKey: ['own-error-lines', run.id, step.index],
    queryFn: ({ signal }) => ownErrorLines(client, { run: run.id, step: step.index }, signal),
    enabled: isSilent,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    lines: isSilent ? (own.data ?? none) : ofStep,
    isKnown: !told.isPending && (!isSilent || !own.isPending),
    stoppedAt: told.data?.stopped.find((stop) => stop.step === step.index)?.line ?? null,
  };
}

const none: readonly number[] = [];
