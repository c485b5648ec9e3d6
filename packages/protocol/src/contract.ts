// The HTTP contract as data: for every route what goes in, what comes out, and one sentence. OpenAPI is made from it.
import { type TObject, type TSchema, Type } from 'typebox';
import { type EndpointId, routes } from './routes.ts';
import { shortestSecret } from './secret-length.ts';
import { ClaimId, Instant, page, RowId, StepIndex } from './shapes/basics.ts';
import { LogComparison } from './shapes/comparison.ts';
import { LaneDurations, PushConfigDiff } from './shapes/config-diff.ts';
import { Download, MissingDownload } from './shapes/download.ts';
import { ErrorLines, ErrorLinesReport } from './shapes/error-lines.ts';
import { InvariantReport } from './shapes/invariants.ts';
import { Explanation, JobBrief } from './shapes/job.ts';
import { AuditEntry, Pin, PinTarget, PurgePlan, RetentionChange, RetentionRule } from './shapes/keeping.ts';
import { LogFound, LogPlace } from './shapes/log.ts';
import { JobOrigins } from './shapes/origin.ts';
import { CaseHistory, CaseState, FindingLevel, FindingPage, ResultsAsked, RunResults } from './shapes/results.ts';
import { BranchLevel, Push, Repo, RepoName } from './shapes/source.ts';
import { JobsAdded, PipelineSubmission, SubmittedJobs } from './shapes/submission.ts';
import { UploadState } from './shapes/upload.ts';
import { Grid, JobDetail, PipelineWithJobs, PushDetail, RunDetail, Session, Token } from './shapes/views.ts';
import {
  ClaimAnswer,
  ClaimRequest,
  ConcurrencyGroup,
  FinishAnswer,
  FinishRequest,
  Pause,
  PauseTarget,
  Pool,
  PoolName,
  RenewAnswer,
  RenewRequest,
  StepsReport,
  Welcome,
  Worker,
  WorkerFacts,
  WorkerHold,
} from './shapes/worker.ts';
import { JobState, Scope, Verdict } from './words.ts';

/** `text`, `bytes` and `events` (text/event-stream) are bodies that no schema describes. */
export type Output = TSchema | 'text' | 'bytes' | 'events';

export type Endpoint = {
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly headers?: TObject;
  readonly body?: TSchema | 'bytes';
  readonly output: Output;
  /** Status of the normal answer, 200 unless told. */
  readonly status?: number;
};

const repo = { params: Type.Object({ repo: RepoName }) };
const run = { params: Type.Object({ run: RowId }) };
const worker = { params: Type.Object({ worker: RowId }) };
const job = { params: Type.Object({ job: RowId }) };
const pipeline = { params: Type.Object({ pipeline: RowId }) };
const push = { params: Type.Object({ push: RowId }) };
const cursor = Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' }));
const limit = (most: number, usual: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: most, default: usual }));
const branchFilter = Type.Optional(Type.String({ maxLength: 250 }));
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const nothing = Type.Object({}, { description: 'Nothing to tell: it is done.' });

export const contract = {
  'get-session': { summary: 'Who asks, and what they may do.', output: Session },
  'log-in': {
    summary: 'Exchange a person token for a session cookie, for the pages.',
    body: Type.Object({ token: Type.String({ maxLength: 200 }) }),
    output: Session,
  },
  'log-out': { summary: 'Forget the session cookie.', output: Session },
  'list-repos': { summary: 'All repositories.', output: Type.Object({ items: Type.Array(Repo) }) },
  'get-repo': { ...repo, summary: 'One repository.', output: Repo },
  'get-grid': {
    ...repo,
    summary: 'Pushes, newest first, with all their jobs: the home page.',
    query: Type.Object({ branch: branchFilter, cursor, limit: limit(100, 20) }),
    output: Grid,
  },
  'list-pushes': {
    ...repo,
    summary: 'Pushes of a repository, newest first.',
    query: Type.Object({ branch: branchFilter, cursor, limit: limit(200, 50) }),
    output: page(Push),
  },
  'get-push': { ...push, summary: 'One push with its pipelines and their jobs.', output: PushDetail },
  'get-pipeline': { ...pipeline, summary: 'One pipeline with its jobs.', output: PipelineWithJobs },
  'list-jobs': {
    summary: 'Jobs, newest first.',
    query: Type.Object({
      repo: Type.Optional(RepoName),
      branch: branchFilter,
      name: Type.Optional(Type.String({ maxLength: 200 })),
      state: Type.Optional(JobState),
      verdict: Type.Optional(Verdict),
      pool: Type.Optional(PoolName),
      cursor,
      limit: limit(500, 50),
    }),
    output: page(JobBrief),
  },
  'get-job': { ...job, summary: 'One job: its runs, what it needs, and why it waits.', output: JobDetail },
  'get-run': { ...run, summary: 'One run: its steps, logs and artifacts.', output: RunDetail },
  'read-log': {
    params: Type.Object({ run: RowId, step: StepIndex }),
    summary:
      'Text of one step: all of it, with `Range`, or by bytes or by lines. With `Accept: application/gzip` all of a sealed one as its gzip members. `x-log-size` is how much there is, `x-log-next` the offset to go on from; of lines also `x-log-first-line`, `x-log-last-line`, `x-log-lines` (line ends that are here), `x-log-end`, the offset up to which to go on, `x-log-state`, the codes that bring a terminal into the state before the first line, percent-encoded, and `x-log-times`, when the lines were printed, where their worker said so: `1795436400000*5 250 3*12 ?*7`, a word for each line or for as many as stand behind its star: milliseconds since the time before, the first since 1970; `?`: not known. Some hundred are exact; of more, neighbours share the time of the first.',
    query: Type.Object({
      from: Type.Optional(
        Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Left out: from the beginning.' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 8_388_608, description: 'Bytes at most. Left out: as the server is set.' }),
      ),
      tail: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 8_388_608, description: 'The last so many bytes instead.' }),
      ),
      lines: Type.Optional(
        Type.String({
          pattern: '^[1-9][0-9]{0,14}(-[1-9][0-9]{0,14})?$',
          description: 'These lines instead, such as `120-140`: the first line is 1, both ends are included.',
        }),
      ),
      tailLines: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'The last so many lines instead.' }),
      ),
    }),
    output: 'text',
  },
  'follow-log': {
    params: Type.Object({ run: RowId, step: StepIndex }),
    summary:
      'Text of one step as it is written, as events: `log` holds `{from, next, text, times}` as JSON and has `next`, an offset in bytes, as its id; `times` is of the lines that begin in it, as in `x-log-times` of `read-log`, and left out where nobody knows any; `end` says that no more will come. `Last-Event-ID` goes on from there.',
    query: Type.Object({
      from: Type.Optional(
        Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Left out: from the beginning.' }),
      ),
      tail: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 8_388_608,
          description: 'From so many bytes before its end as it is now.',
        }),
      ),
    }),
    output: 'events',
  },
  'search-log': {
    ...run,
    summary: 'Lines of a run that hold a text or match a regular expression, in all its steps or in one.',
    query: Type.Object({
      text: Type.String({
        minLength: 1,
        maxLength: 500,
        pattern: '^[^\\r\\n]+$',
        description: 'What to search for, within one line.',
      }),
      regex: Type.Optional(
        Type.Boolean({ default: false, description: '`text` is a regular expression, as RE2 reads it.' }),
      ),
      ignoreCase: Type.Optional(Type.Boolean({ default: false })),
      step: Type.Optional(StepIndex),
      limit: limit(1000, 100),
      cursor: Type.Optional(
        Type.String({ maxLength: 60, description: '`more` of the answer before; `next`, once more was printed.' }),
      ),
      after: Type.Optional(
        Type.String({ ...LogPlace, description: 'Only behind this line, as `step.line.startByte`: the next one.' }),
      ),
      before: Type.Optional(
        Type.String({
          ...LogPlace,
          description: 'The last ones before this line, as `step.line.startByte`: the previous one with `limit=1`.',
        }),
      ),
      count: Type.Optional(
        Type.Boolean({ default: false, description: 'Only how many lines there are: `matches`, without `hits`.' }),
      ),
    }),
    output: LogFound,
  },
  'compare-log': {
    ...run,
    summary:
      'How the log of a run differs from that of the last run of its lane that passed: on its branch before its push, else any.',
    query: Type.Object({
      with: Type.Optional({ ...RowId, description: 'This run instead.' }),
      limit: limit(500, 50),
      cursor: Type.Optional(Type.String({ maxLength: 120, description: '`more` of the answer before.' })),
    }),
    output: LogComparison,
  },
  'list-error-lines': {
    ...run,
    summary: 'Lines of a run that look like the reason of a failure, as its worker found them while it printed.',
    output: ErrorLines,
  },
  'list-results': {
    ...run,
    summary: 'Test cases of a run as its files of results tell them: failed ones first; with counts, and the files.',
    query: Type.Object({
      state: Type.Optional(CaseState),
      text: Type.Optional(Type.String({ maxLength: 200, description: 'In the suite or the name, in any case.' })),
      limit: limit(1000, 100),
      cursor: Type.Optional(Type.String({ maxLength: 60, description: '`next` of the page before.' })),
    }),
    output: RunResults,
  },
  'export-results': {
    ...run,
    summary: 'All cases and findings of a run as one JSON document, streamed.',
    output: 'bytes',
  },
  'list-findings': {
    ...run,
    summary: 'What analyses of the code found in a run (SARIF), errors first.',
    query: Type.Object({
      level: Type.Optional(FindingLevel),
      limit: limit(1000, 100),
      cursor: Type.Optional(Type.String({ maxLength: 60, description: '`next` of the page before.' })),
    }),
    output: FindingPage,
  },
  'get-case-history': {
    params: Type.Object({ run: RowId, case: RowId }),
    summary: 'How a test case went in this run and in the ones before it in its lane, newest first.',
    query: Type.Object({ limit: limit(200, 30) }),
    output: CaseHistory,
  },
  'download-log': { ...run, summary: 'The whole log of a run, gzipped.', output: 'bytes' },
  'get-artifact': {
    params: Type.Object({ run: RowId, '*': Type.String({ maxLength: 1000 }) }),
    summary: 'One artifact of a run.',
    output: 'bytes',
  },
  'list-workers': {
    summary: 'Workers, those that are there first.',
    output: Type.Object({ items: Type.Array(Worker) }),
  },
  'list-pools': { summary: 'Pools, with what waits in each.', output: Type.Object({ items: Type.Array(Pool) }) },
  'explain-job': {
    ...job,
    summary: 'Why a job does not run now, its place in line, and when it may begin.',
    output: Explanation,
  },
  'list-lane-durations': {
    ...repo,
    summary: 'How long the lanes of a branch usually take: those of which a run has passed; at most 20,000.',
    query: Type.Object({ branch: Type.String({ maxLength: 250 }) }),
    output: LaneDurations,
  },
  'diff-push-configuration': {
    ...push,
    summary:
      'What a push changes of the configuration of its branch, and what that costs; worked out when it is asked.',
    output: PushConfigDiff,
  },
  'get-job-origins': {
    ...job,
    summary: "Which lines of the configuration of the job's push made each of its fields; worked out when it is asked.",
    output: JobOrigins,
  },
  'list-pauses': { summary: 'What is paused, by whom and why.', output: Type.Object({ items: Type.Array(Pause) }) },
  'list-groups': {
    ...repo,
    summary: 'Concurrency groups of a repository, with what they hold now.',
    output: Type.Object({ items: Type.Array(ConcurrencyGroup) }),
  },
  live: {
    summary: 'Hints that something changed, as server-sent events: `data` is the topic; look again when it comes.',
    query: Type.Object({
      topics: Type.String({
        maxLength: 2000,
        description:
          'Comma list: `repo:ID`, `pipeline:ID`, `job:ID`, `run:ID` (its log grew), `repos`, `workers`, `pauses`, `groups`.',
      }),
    }),
    output: 'events',
  },
  'check-invariants': {
    summary: 'Whether the database is as it must always be, and where it is not. It reads all of its history.',
    output: Type.Object({ items: Type.Array(InvariantReport) }),
  },
  'add-repo': {
    ...repo,
    summary: 'Register a repository under a name, or change it; it is looked at at once.',
    body: Type.Object({
      url: Type.String({ minLength: 1, maxLength: 1000 }),
      pollSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400, default: 60 })),
      branchLevels: Type.Optional(
        Type.Array(BranchLevel, { maxItems: 100, description: 'Left out: they stay as they are.' }),
      ),
    }),
    output: Repo,
  },
  'remove-repo': { ...repo, summary: 'Forget a repository with all its pushes and jobs.', output: nothing },
  'report-push': {
    ...repo,
    summary: 'A branch has moved: said by a hook. The same may be said twice. Answered before the work is done.',
    body: Type.Object({
      branch: Type.Optional(Type.String({ maxLength: 250, description: 'Left out: look at every branch.' })),
      revision: Type.Optional(Type.String({ maxLength: 64, description: 'Its new head; all zeros = deleted.' })),
      before: Type.Optional(Type.String({ maxLength: 64, description: 'Its head before; all zeros = new.' })),
    }),
    output: nothing,
    status: 202,
  },
  'start-pipeline': {
    ...push,
    summary: 'Plan a push again, by hand: a new pipeline with a build id of its own.',
    body: Type.Object({ requestId: ClaimId }),
    output: nothing,
    status: 202,
  },
  'cancel-pipeline': {
    ...pipeline,
    summary: 'Cancel every job of a pipeline that has not ended.',
    output: Type.Object({ cancelled: Type.Integer({ description: 'Jobs that this call ended.' }) }),
  },
  'cancel-job': { ...job, summary: 'Cancel a job that has not ended.', output: JobBrief },
  'rerun-job': {
    ...job,
    summary: 'Let a job that has ended run again, and the jobs that were skipped because of it.',
    output: JobBrief,
  },
  'submit-pipeline': {
    ...push,
    summary: 'Submit jobs of your own for a push. Repeating a request id gives the same pipeline.',
    body: PipelineSubmission,
    output: SubmittedJobs,
    status: 201,
  },
  'add-jobs': {
    ...pipeline,
    summary: 'Add jobs to a pipeline that was kept open. A job whose name is there already is passed over.',
    body: JobsAdded,
    output: SubmittedJobs,
    status: 201,
  },
  'close-pipeline': {
    ...pipeline,
    summary: 'No more jobs will be added: the pipeline ends with its last job.',
    output: nothing,
  },
  'raise-job': {
    ...job,
    summary: 'Give a job another priority. A raised job builds its own revision: it neither absorbs nor is absorbed.',
    body: Type.Object({ priority: Type.Integer({ minimum: -100, maximum: 100 }) }),
    output: JobBrief,
  },
  'answer-gate': {
    ...job,
    summary: 'Approve or reject a gate. Repeating the same answer changes nothing.',
    body: Type.Object({
      answer: Type.Unsafe<'approve' | 'reject'>(Type.Enum(['approve', 'reject'], { type: 'string' })),
      comment: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    output: JobBrief,
  },
  pause: {
    summary: 'Stop the claims of a pool, of a branch (close the tree) or of one lane; what runs goes on.',
    body: Type.Object({ ...PauseTarget.properties, reason: Type.String({ minLength: 1, maxLength: 500 }) }),
    output: Pause,
  },
  resume: {
    params: Type.Object({ pause: RowId }),
    summary: 'End a pause. Repeating it changes nothing.',
    output: nothing,
  },
  'set-group': {
    params: Type.Object({ repo: RepoName, group: Type.String({ minLength: 1, maxLength: 200 }) }),
    summary: 'Say how many jobs of a group may go at once. More: waiting jobs move now. Fewer: what runs goes on.',
    body: Type.Object({ slots: Type.Integer({ minimum: 0, maximum: 100_000 }) }),
    output: ConcurrencyGroup,
  },
  'set-pool': {
    params: Type.Object({ pool: PoolName }),
    summary: 'Say how long jobs of a pool wait for a cheaper worker while a dearer one is free.',
    body: Type.Object({ waitBudgetSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }) }),
    output: Pool,
  },
  'hold-worker': {
    ...worker,
    summary: 'Drain, quarantine or retire a worker: it keeps its runs and gets no more. The reason is shown.',
    body: WorkerHold,
    output: Worker,
  },
  'let-worker-go': { ...worker, summary: 'End the hold of a worker: it gets runs again.', output: Worker },
  'list-audit': {
    summary: 'Who did what to what, newest first. Nothing in it can be changed or removed.',
    query: Type.Object({
      actor: Type.Optional(Type.String({ maxLength: 200 })),
      action: Type.Optional(
        Type.String({ maxLength: 100, description: 'The whole word, or `pin.` for all that begin so.' }),
      ),
      cursor,
      limit: limit(500, 100),
    }),
    output: page(AuditEntry),
  },
  'list-pins': {
    summary: 'What is held in the archive, by whom and why.',
    output: Type.Object({ items: Type.Array(Pin) }),
  },
  pin: {
    summary: 'Hold the files of a job, of a pipeline or of a directory of the archive, whatever the rules say.',
    body: Type.Object({
      ...PinTarget.properties,
      reason: Type.String({ minLength: 1, maxLength: 500 }),
      until: Type.Optional(Type.Union([Instant, Type.Null()])),
    }),
    output: Pin,
  },
  unpin: {
    params: Type.Object({ pin: RowId }),
    summary: 'Let the rules decide again. Repeating it changes nothing.',
    output: nothing,
  },
  'list-retention': {
    summary: 'How long the archive keeps what.',
    output: Type.Object({ items: Type.Array(RetentionRule) }),
  },
  'set-retention': { summary: 'Make a rule, or change it.', body: RetentionChange, output: RetentionRule },
  'remove-retention': {
    params: Type.Object({ rule: RowId }),
    summary: 'Remove a rule for some branches or one kind. Those for all can be changed only.',
    output: nothing,
  },
  'plan-purge': { summary: 'What a purge would remove now, and why.', output: PurgePlan },
  purge: {
    summary: 'Remove what is due, now: a part of it, as long as `more` is true.',
    output: Type.Object({ files: Type.Integer(), sizeBytes: Type.Integer(), more: Type.Boolean() }),
  },
  'list-tokens': { summary: 'Tokens, without their secrets.', output: Type.Object({ items: Type.Array(Token) }) },
  'create-token': {
    summary: 'Make a token. Its secret is in this answer and nowhere else.',
    body: Type.Object({
      kind: Type.Unsafe<'person' | 'worker'>(Type.Enum(['person', 'worker'], { type: 'string' })),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      scopes: Type.Optional(Type.Array(Scope, { uniqueItems: true, description: 'A worker token has `work` alone.' })),
      pools: Type.Optional(Type.Array(PoolName, { uniqueItems: true })),
      expiresAt: Type.Optional(Type.Union([Instant, Type.Null()])),
    }),
    output: Type.Object({ token: Token, secret: Type.String() }),
  },
  'revoke-token': {
    params: Type.Object({ token: RowId }),
    summary: 'End a token now.',
    output: Token,
  },
  'list-secrets': {
    ...repo,
    summary: 'Names of the secrets of a repository; values are never shown.',
    output: Type.Object({ items: Type.Array(Type.Object({ name: Type.String(), updatedAt: Instant })) }),
  },
  'set-secret': {
    params: Type.Object({ repo: RepoName, secret: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,99}$' }) }),
    summary: 'Set a secret that jobs may ask for by name.',
    body: Type.Object({
      value: Type.String({
        minLength: shortestSecret,
        maxLength: 65_536,
        description: 'White space around it does not count: a shorter value could not be struck out of logs.',
      }),
    }),
    output: nothing,
  },
  'remove-secret': {
    params: Type.Object({ repo: RepoName, secret: Type.String({ maxLength: 100 }) }),
    summary: 'Remove a secret.',
    output: nothing,
  },
  'register-worker': {
    summary: 'A worker says that it is there, and which pools it serves. Repeat at every start.',
    body: WorkerFacts,
    output: Welcome,
  },
  'sign-off-worker': {
    ...worker,
    summary: 'A worker takes no more runs: `draining` while it still holds some, `gone` after.',
    query: Type.Object({
      session: Type.Optional(ClaimId),
    }),
    output: nothing,
  },
  claim: {
    ...worker,
    summary: 'Ask for one run. Repeating a claim id gives the same run again.',
    body: ClaimRequest,
    output: ClaimAnswer,
  },
  renew: {
    ...worker,
    summary: 'Keep the claims of the runs in hand, and hear which are lost, cancelled or watched.',
    body: RenewRequest,
    output: RenewAnswer,
  },
  'report-steps': {
    ...run,
    summary: 'How the steps of a run stand.',
    body: StepsReport,
    output: Type.Object({ watched: Type.Optional(Type.Boolean({ description: 'As append-log answers it.' })) }),
  },
  'append-log': {
    ...run,
    summary: 'Append gzip members to the logs of a run. What is there already is passed over.',
    headers: Type.Object({
      'x-claim-id': ClaimId,
      'x-log-chunks': Type.String({ description: 'JSON list of {step, offset, sizeBytes, lines, memberBytes}.' }),
    }),
    body: 'bytes',
    output: Type.Object({
      watched: Type.Boolean({ description: 'Somebody reads this log now: send it within 250 ms.' }),
    }),
  },
  'report-error-lines': {
    ...run,
    summary: 'What a worker found in the log that looks like the reason of a failure. A repeat changes nothing.',
    body: ErrorLinesReport,
    output: nothing,
  },
  'put-artifact': {
    params: Type.Object({ run: RowId, '*': Type.String({ maxLength: 1000 }) }),
    summary: 'Store one artifact of a run. The same bytes may come twice.',
    headers: Type.Object({
      'x-claim-id': ClaimId,
      'x-sha256': Sha256,
      'x-results': Type.Optional(ResultsAsked),
    }),
    body: 'bytes',
    output: nothing,
  },
  'list-downloads': {
    ...run,
    summary: 'Artifacts of earlier jobs that a run is to find in its checkout.',
    headers: Type.Object({ 'x-claim-id': ClaimId }),
    output: Type.Object({ items: Type.Array(Download), missing: Type.Array(MissingDownload) }),
  },
  'get-download': {
    params: Type.Object({ run: RowId, from: RowId, '*': Type.String({ maxLength: 1000 }) }),
    summary: 'One of these artifacts, also a range of it.',
    headers: Type.Object({ 'x-claim-id': ClaimId, range: Type.Optional(Type.String()) }),
    output: 'bytes',
  },
  'get-upload': {
    params: Type.Object({ run: RowId, '*': Type.String({ maxLength: 1000 }) }),
    summary:
      'How much of an artifact has come that is sent in pieces. Nothing need be begun before: of what never came it is 0.',
    headers: Type.Object({ 'x-claim-id': ClaimId, 'x-sha256': Sha256 }),
    output: UploadState,
  },
  'append-upload': {
    params: Type.Object({ run: RowId, '*': Type.String({ maxLength: 1000 }) }),
    summary:
      'Send an artifact, or the rest of one, from `upload-offset` on. What came before a connection broke stays; with the last byte the artifact is stored.',
    headers: Type.Object({
      'x-claim-id': ClaimId,
      'x-sha256': Sha256,
      'x-results': Type.Optional(ResultsAsked),
      'upload-offset': Type.Integer({
        minimum: 0,
        description: 'What `get-upload` has told; else `wrong-offset`, which names it.',
      }),
      'upload-length': Type.Integer({ minimum: 0, description: 'Of the whole artifact.' }),
    }),
    body: 'bytes',
    output: UploadState,
  },
  finish: {
    ...run,
    summary: 'End a run. Repeating it gives the same answer.',
    body: FinishRequest,
    output: FinishAnswer,
  },
} as const satisfies Record<EndpointId, Endpoint>;

export type Contract = typeof contract;
export { routes };
