// The closed list of problems that the API answers with (RFC 9457), and the error that carries one.

export const problems = {
  'bad-request': [400, 'The request is not as the contract says'],
  'not-logged-in': [401, 'A token is needed'],
  'not-allowed': [403, 'This token may not do that'],
  'cross-site': [403, 'A page of another site may not ask this'],
  'not-found': [404, 'There is no such thing'],
  'repo-not-found': [404, 'There is no such repository'],
  'job-not-found': [404, 'There is no such job'],
  'run-not-found': [404, 'There is no such run'],
  'already-done': [409, 'It has ended already'],
  'name-taken': [409, 'The name stands for something else'],
  'being-removed': [409, 'A purge is removing it'],
  removed: [410, 'It was removed, its time was over'],
  'claim-lost': [409, 'The claim is no longer held'],
  'log-gap': [409, 'Part of the log before this is missing'],
  'wrong-offset': [409, 'The upload stands at another byte'],
  'digest-mismatch': [422, 'The bytes are not what was announced'],
  'bad-url': [422, 'This address cannot be a repository'],
  'cannot-rerun': [409, 'This job cannot run again now'],
  'cannot-add': [409, 'This pipeline takes no such job'],
  'not-a-gate': [409, 'This job does not wait for an approval'],
  'worker-retired': [409, 'This worker was retired'],
  'too-large': [413, 'More than the limit allows'],
  'unsupported-body': [415, 'This kind of body is not taken here'],
  'too-many': [429, 'Too many at once'],
  internal: [500, 'The server failed'],
  'disk-full': [503, 'The server has no room for it now'],
  'not-ready': [503, 'The server cannot answer now'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as ProblemCode[];

/** The caller's mistake, or a state that forbids what was asked. On the way out it becomes a Problem; the client makes it again. */
export class Refused extends Error {
  readonly code: ProblemCode;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ProblemCode, detail: string, extra?: Readonly<Record<string, unknown>>) {
    super(detail);
    this.name = 'Refused';
    this.code = code;
    this.extra = extra;
  }

  get status(): number {
    return problems[this.code][0];
  }
}
