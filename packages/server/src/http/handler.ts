// What a handler is: takes the checked parts of a request as the contract says, returns what the contract says.
import type { Readable } from 'node:stream';
import type { Answer, Call, EndpointId } from '@signalbox/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/index.ts';

type Parts<Id extends EndpointId> = Call<Id>;
type BodyFor<Id extends EndpointId> =
  Parts<Id> extends { body: infer Body } ? (Body extends Uint8Array ? Readable : Body) : undefined;
type QueryFor<Id extends EndpointId> = NonNullable<Parts<Id>['query']>;

export type Asked<Id extends EndpointId> = {
  readonly params: NonNullable<Parts<Id>['params']>;
  readonly query: QueryFor<Id>;
  readonly headers: NonNullable<Parts<Id>['headers']>;
  readonly body: BodyFor<Id>;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

/** Text, bytes and events are written to the reply by the handler itself, which then returns the reply. */
export type Answered<Id extends EndpointId> = Answer<Id> extends Response ? FastifyReply : Answer<Id>;
export type Handler<Id extends EndpointId> = (asked: Asked<Id>) => Promise<Answered<Id>> | Answered<Id>;
export type Handlers<Ids extends EndpointId = EndpointId> = { readonly [Id in Ids]: Handler<Id> };

/** Aborts when the answer is out or its reader has gone: for what waits long. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // The reason is said: left out, it would be an exception with a stack, made at the end of every answer.
  // Who went while their token was looked up has closed it already; said when those who are given the signal listen.
  if (reply.raw.destroyed) setImmediate(() => gone.abort('gone'));
  else reply.raw.once('close', () => gone.abort('gone'));
  return gone.signal;
}
