// Holds the contract together: every route is described, every endpoint has an operation in the OpenAPI description.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contract, type EndpointId, openApi, pathOf, routes, version } from '../src/index.ts';

test('every path parameter of a route is described by its contract', () => {
  for (const [id, [, path]] of Object.entries(routes)) {
    const inPath = [...path.matchAll(/:(\w+)|\*/g)].map(([whole, name]) => name ?? whole).sort();
    const endpoint = contract[id as EndpointId];
    const described = 'params' in endpoint ? Object.keys(endpoint.params.properties).sort() : [];
    expect(described, id).toEqual(inPath);
  }
});

test('the OpenAPI description has each endpoint once, with its scope', () => {
  const paths = openApi('1').paths as Record<string, Record<string, { operationId: string; security: unknown[] }>>;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(operations.map((operation) => operation.operationId).sort()).toEqual(Object.keys(routes).sort());
  for (const operation of operations) {
    const isOpen = routes[operation.operationId as EndpointId][2] === 'public';
    expect(operation.security.length === 0).toBe(isOpen);
  }
});

test('a path is filled in with its parameters, escaped, and its query', () => {
  expect(pathOf('get-artifact', { run: 7, '*': 'out/a b.txt' })).toBe('/api/v1/runs/7/artifacts/out/a%20b.txt');
  expect(pathOf('get-grid', { repo: 'x' }, { branch: 'a/b', limit: undefined })).toBe(
    '/api/v1/repos/x/grid?branch=a%2Fb',
  );
});

test('the version that programs say is the version of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(version).toBe(manifest.version);
});
