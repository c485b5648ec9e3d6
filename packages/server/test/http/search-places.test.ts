// Places for searches: who comes first gets the first that is free, and no token takes them all.
import { expect, test } from 'vitest';
import { searchPlaces } from '../../src/http/search-places.ts';

const stays = () => new AbortController().signal;
const [ada, bob] = [{ tokenId: 1 }, { tokenId: 2 }];

test('who waits gets the place that is given back, in the order of coming', async () => {
  const places = searchPlaces({ searches: 1, callerSearches: 1, searchWaitSeconds: 60 });
  const first = await places.take(ada, stays());
  const order: string[] = [];
  const noted = async (name: string, taken: Promise<() => void>) => {
    const end = await taken;
    order.push(name);
    return end;
  };
  const second = noted('second', places.take(bob, stays()));
  const third = noted('third', places.take(ada, stays()));
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
  (await places.take(ada, stays()))();
});

test('a token that has its share lets others pass', async () => {
  const places = searchPlaces({ searches: 2, callerSearches: 1, searchWaitSeconds: 60 });
  const end = await places.take(ada, stays());
  const waits = places.take(ada, stays());
  const other = await places.take(bob, stays());
  end();
  (await waits)();
  other();
});

test('who waited long enough, went away, or comes when too many wait, is refused and holds nothing', async () => {
  const short = searchPlaces({ searches: 1, callerSearches: 1, searchWaitSeconds: 0 });
  const end = await short.take(ada, stays());
  await expect(short.take(bob, stays())).rejects.toMatchObject({ code: 'too-many' });
  end();
  (await short.take(bob, stays()))();

  const long = searchPlaces({ searches: 1, callerSearches: 1, searchWaitSeconds: 60 });
  const held = await long.take(ada, stays());
  const going = new AbortController();
  const gone = long.take(bob, going.signal);
  going.abort();
  await expect(gone).rejects.toMatchObject({ code: 'too-many' });
  const waiting = Array.from({ length: 8 }, () => long.take(bob, stays()));
  await expect(long.take(ada, stays())).rejects.toMatchObject({ code: 'too-many' });
  held();
  for (const one of waiting) (await one)();
});
