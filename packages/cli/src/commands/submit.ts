// `signalbox submit`: jobs that a program made, for a push: a new pipeline, or more jobs of one that was kept open.
import { randomUUID } from 'node:crypto';
import type { Client, PipelineSubmission, SubmittedJobs } from '@signalbox/protocol/browser';
import { type Command, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findNewest, type Lane, wholeNumber } from '../find.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { readSubmission } from '../read-submission.ts';
import type { Terminal } from '../terminal.ts';
import { watchUntilDone } from '../watch-until-done.ts';

const causes = ['api', 'try', 'nightly', 'release', 'backfill'] as const;

type Target = Lane & { push?: string; pipeline?: string };
type Options = OutputOptions &
  ServerOptions &
  Target & {
    cause?: NonNullable<PipelineSubmission['cause']>;
    person?: string;
    requestId?: string;
    keepOpen?: true;
    close?: true;
    watch?: true;
  };

export function submitCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('submit', 'Submit jobs of your own for a push.', [
      ['signalbox submit jobs.json --push 88', 'a new pipeline for this push'],
      ['make-jobs | signalbox submit - --repo api --branch main --watch', 'for the newest push; stay until it is done'],
      ['signalbox submit jobs.json --push 88 --keep-open', 'more jobs will be added'],
      ['signalbox submit more.json --pipeline 91 --close', 'the last of them'],
    ])
      .argument('[file]', 'JSON: a list of jobs as the API takes them; - for the input')
      .option('--push <id>', 'for this push')
      .option('--repo <name>', 'for the newest push of this repository')
      .option('--branch <name>', 'for the newest push of this branch (with --repo)')
      .option('--pipeline <id>', 'add to this pipeline, which was kept open')
      .option('--keep-open', 'more jobs will be added: the pipeline does not end by itself')
      .option('--close', 'no more jobs will be added (with --pipeline)')
      .addOption(new Option('--cause <cause>', 'why, which decides its class in line').choices(causes))
      .option('--person <name>', 'on whose behalf, where shares are between people')
      .option('--request-id <uuid>', 'the same again gives the same pipeline (else a new one)')
      .option('--watch', 'stay until it is done; the exit code is its verdict'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, file: string | undefined) => {
      const client = connect(terminal.env, options);
      const submitted = options.pipeline
        ? await addTo(client, terminal, wholeNumber(options.pipeline, 'A pipeline'), options, file)
        : await begin(client, terminal, options, file);
      if (options.watch) return watchUntilDone(client, output, { kind: 'pipeline', id: submitted.pipelineId });
      output.answer(submitted, () => [
        ...submitted.jobs.map((job) => `${String(job.id).padStart(6)}  ${job.name}`),
        `Pipeline ${submitted.pipelineId}. Watch it: signalbox watch --pipeline ${submitted.pipelineId}`,
      ]);
      return 0;
    }),
  );
}

async function begin(client: Client, terminal: Terminal, options: Options, file?: string): Promise<SubmittedJobs> {
  if (!file) throw new Mistake('usage', 'Which jobs?', 'Name a file of JSON, or - for the input.');
  if (options.close) throw new Mistake('usage', 'A new pipeline is closed anyway.', 'Leave --close out.');
  const { cause, person, requestId = randomUUID(), keepOpen } = options;
  const jobs = await readSubmission(terminal, file);
  const push = await pushOf(client, options);
  const body = { requestId, jobs, ...(cause && { cause }), ...(person && { person }), ...(keepOpen && { keepOpen }) };
  return client.call('submit-pipeline', { params: { push }, body });
}

async function addTo(
  client: Client,
  terminal: Terminal,
  pipeline: number,
  { close }: Options,
  file?: string,
): Promise<SubmittedJobs> {
  if (!file && !close)
    throw new Mistake('usage', 'What about this pipeline?', 'Name a file of jobs, --close, or both.');
  const jobs = file ? await readSubmission(terminal, file) : [];
  const added =
    jobs.length > 0
      ? await client.call('add-jobs', { params: { pipeline }, body: { jobs } })
      : { pipelineId: pipeline, jobs: [] };
  if (close) await client.call('close-pipeline', { params: { pipeline } });
  return added;
}

async function pushOf(client: Client, { push, repo, branch }: Target): Promise<number> {
  if (push) return wholeNumber(push, 'A push');
  if (!repo) throw new Mistake('usage', 'For which push?', 'Give --push ID, or --repo NAME for its newest.');
  const newest = await findNewest(client, { repo, branch });
  if ('pushId' in newest) return newest.pushId;
  throw new Mistake('not-found', `${repo} has no push yet.`, 'Push something to it.');
}
