// OpenAPI 3.1 from the contract: nothing about the API is written twice.
import { contract, type Endpoint } from './contract.ts';

import { type EndpointId, type Route, routes } from './routes.ts';
import { Problem } from './shapes/problem.ts';

type Json = { [key: string]: unknown };

/** The whole description, as it is served at /openapi.json. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const id of Object.keys(contract) as EndpointId[]) {
    const [method, path] = routes[id];
    const open = path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
    paths[open] ??= {};
    paths[open][method.toLowerCase()] = operation(id, routes[id], contract[id]);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Signalbox',
      version,
      description: 'Everything that a page or a command does can be done here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: plain(Problem) },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of Signalbox; not needed on a server without log-in.',
        },
      },
    },
  };
}

function operation(id: EndpointId, [, , scope]: Route, endpoint: Endpoint): Json {
  return {
    operationId: id,
    summary: endpoint.summary,
    description: scope === 'public' ? 'Open to everybody.' : `Needs the scope \`${scope}\`.`,
    tags: [tagOf(routes[id][1])],
    security: scope === 'public' ? [] : [{ token: [scope] }],
    parameters: [
      ...parameters(endpoint.params, 'path'),
      ...parameters(endpoint.query, 'query'),
      ...parameters(endpoint.headers, 'header'),
    ],
    ...(endpoint.body && { requestBody: { required: true, content: bodyContent(endpoint.body) } }),
    responses: {
      [endpoint.status ?? 200]: { description: 'Done.', content: outputContent(endpoint.output) },
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(schema: Endpoint['params'], place: 'path' | 'query' | 'header'): Json[] {
  if (!schema) return [];
  const required = (schema.required as string[] | undefined) ?? [];
  return Object.entries(schema.properties).map(([name, value]) => ({
    name: name === '*' ? 'path' : name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: plain(value),
  }));
}

function bodyContent(body: NonNullable<Endpoint['body']>): Json {
  return body === 'bytes' ? { 'application/octet-stream': {} } : { 'application/json': { schema: plain(body) } };
}

function outputContent(output: Endpoint['output']): Json {
  if (output === 'text') return { 'text/plain': { schema: { type: 'string' } } };
  if (output === 'bytes') return { 'application/octet-stream': {} };
  if (output === 'events') return { 'text/event-stream': {} };
  return { 'application/json': { schema: plain(output) } };
}

const tagOf = (path: string) => path.split('/')[3] ?? 'other';

/** The schema as plain data, without what TypeBox keeps beside it. */
const plain = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema));
