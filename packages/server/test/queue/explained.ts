// A database that shows how it does what it is asked: each statement is explained with its real values at the moment it is asked,
// done and undone, before it is done. Nothing of the queue needs to be exported for it.
import { escapeLiteral, type PoolClient } from 'pg';
import type { Db, Statement } from '../../src/base/index.ts';

export type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Plan Rows': number;
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  /** Of all its turns together, each is an average. */
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};
export type Explained = {
  readonly text: string;
  /** As PostgreSQL plans it for values that it knows, or once for all values: it chooses between the two by itself. */
  readonly mode: 'custom' | 'generic';
  readonly plan: PlanNode;
};

/** `pool.options.max` of one connection would do: everything goes one after another. */
export function explainedDb(db: Db): { readonly db: Db; readonly seen: Explained[] } {
  const seen: Explained[] = [];
  const ask = async <Row>(client: PoolClient, statement: Statement): Promise<Row[]> => {
    for (const mode of ['custom', 'generic'] as const) {
      seen.push({ text: statement.text, mode, plan: await explain(client, statement, mode) });
    }
    return (await client.query({ text: statement.text, values: [...statement.values] })).rows as Row[];
  };
  return {
    seen,
    db: {
      ...db,
      async query(statement) {
        return this.transaction((tx) => tx.query(statement));
      },
      async readBytes(statement) {
        await this.query(statement);
        return db.readBytes(statement);
      },
      async transaction(work) {
        const client = await db.pool.connect();
        try {
          await client.query('begin');
          const result = await work({ isTransaction: true, query: (statement) => ask(client, statement) });
          await client.query('commit');
          return result;
        } catch (error) {
          await client.query('rollback');
          throw error;
        } finally {
          client.release();
        }
      },
    },
  };
}

async function explain(client: PoolClient, statement: Statement, mode: 'custom' | 'generic'): Promise<PlanNode> {
  const values = statement.values.map(literal).join(', ');
  await client.query(`set local plan_cache_mode = force_${mode}_plan`);
  await client.query(`prepare explained as ${statement.text}`);
  await client.query('savepoint before_explain');
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, buffers, format json) execute explained${values && `(${values})`}`,
    );
    return rows[0]!['QUERY PLAN'][0].Plan;
  } catch (cause) {
    throw new Error(`${(cause as Error).message}, in the ${mode} plan of: ${statement.text}`, { cause });
  } finally {
    await client.query('rollback to savepoint before_explain');
    await client.query('deallocate explained');
    await client.query('set local plan_cache_mode = auto');
  }
}

/** As the driver would send it, but in the text. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  return escapeLiteral(Array.isArray(value) ? arrayText(value) : String(value));
}

function arrayText(values: readonly unknown[]): string {
  const inside = values.map((value) =>
    value === null || value === undefined ? 'null' : `"${String(value).replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${inside.join(',')}}`;
}

/** Touched, in memory or not, again and again counted each time. */
export const pages = (plan: PlanNode): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];

/** Rows that were looked at for nothing: two lists of some hundred rows held against each other row by row make many of them. */
export function removed(plan: PlanNode): number {
  let rows = 0;
  for (const node of nodesOf(plan)) {
    rows += ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)) * node['Actual Loops'];
  }
  return rows;
}

export function* nodesOf(plan: PlanNode): Generator<PlanNode> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodesOf(child);
}
