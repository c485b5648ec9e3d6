// Holds every answer of a test's server against the contract: its shape, without a key too many, and its headers.
import { contract, type Endpoint, type EndpointId, Problem } from '@signalbox/protocol';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export type CheckedAnswers = {
  onDoors(doors: FastifyInstance): void;
  /** What did not conform; empty when all is well. */
  readonly faults: readonly string[];
  /** How many answers of each endpoint were held against its shape. */
  readonly seen: ReadonlyMap<string, number>;
};

export function checkAnswers(): CheckedAnswers {
  const faults: string[] = [];
  const seen = new Map<string, number>();
  const check = (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const endpoint = request.routeOptions.config?.endpoint;
    const said = `${request.method} ${request.url} (${endpoint ?? 'page'}), ${reply.statusCode}`;
    for (const name of ['content-security-policy', 'x-content-type-options', 'referrer-policy']) {
      if (!reply.hasHeader(name)) faults.push(`${said}: it has no header ${name}`);
    }
    const type = String(reply.getHeader('content-type') ?? '');
    if (reply.statusCode >= 400 && reply.statusCode !== 416 && request.url !== '/readyz') {
      if (!type.startsWith('application/problem+json')) faults.push(`${said}: a refusal as ${type || 'nothing'}`);
      else if (typeof payload === 'string') faults.push(...problemFaults(payload, reply.statusCode, said));
      return;
    }
    const validate = endpoint === undefined ? undefined : validators.get(endpoint);
    if (!validate || endpoint === undefined || typeof payload !== 'string') return;
    seen.set(endpoint, (seen.get(endpoint) ?? 0) + 1);
    if (!type.startsWith('application/json')) faults.push(`${said}: it is ${type}`);
    faults.push(...faultsOf(validate, payload, said));
  };
  return {
    faults,
    seen,
    onDoors: (doors) =>
      doors.addHook('onSend', async (request, reply, payload) => {
        check(request, reply, payload);
        return payload;
      }),
  };
}

const ajv = new Ajv({ strict: false, allErrors: true });
// ajv-formats is CommonJS: its types and its module disagree on where the function is.
(addFormats as unknown as (into: Ajv) => void)(ajv);

const validateProblem = ajv.compile(closed(Problem) as object);
const validators = new Map<string, ValidateFunction>(
  (Object.entries(contract) as [EndpointId, Endpoint][])
    .filter(([, endpoint]) => typeof endpoint.output !== 'string')
    .map(([id, endpoint]) => [id, ajv.compile(closed(endpoint.output) as object)]),
);

function problemFaults(payload: string, status: number, said: string): string[] {
  const other = (JSON.parse(payload) as { status?: number }).status !== status;
  return [...faultsOf(validateProblem, payload, said), ...(other ? [`${said}: its body names another status`] : [])];
}

function faultsOf(validate: ValidateFunction, payload: string, said: string): string[] {
  if (validate(JSON.parse(payload))) return [];
  return (validate.errors ?? [])
    .slice(0, 5)
    .map((error) => `${said}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

/** The schema with every object closed: what the contract does not name must not be sent. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) copy[key] = closed(value);
  if (copy['type'] === 'object' && copy['properties'] && copy['additionalProperties'] === undefined) {
    copy['additionalProperties'] = false;
  }
  return copy;
}
