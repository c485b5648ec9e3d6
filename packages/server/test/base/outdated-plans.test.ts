// A newer server changes a view while this one runs: what its connections had prepared on it is asked again, and nobody notices.
import { expect, test } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.ts';
import { sql } from '../../src/base/index.ts';

test('a statement on a view that grew is answered, alone and within a transaction, on every connection', async () => {
  const { db, drop } = await testDatabase();
  try {
    await db.query(sql`create view growing as select 1 as one`);
    const ask = () => db.query(sql`select * from growing`);
    const askWithin = () => db.transaction((tx) => tx.query(sql`select * from growing`));
    const all = () => Promise.all(Array.from({ length: 20 }, (_, place) => (place % 2 ? ask() : askWithin())));
    await all();
    await db.query(sql`create or replace view growing as select 1 as one, 2 as two`);
    for (const rows of await all()) expect(rows).toEqual([{ one: 1, two: 2 }]);
  } finally {
    await drop();
  }
});
