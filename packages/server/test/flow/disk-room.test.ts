// What each disk that fills up holds back, and what it does not.
import { expect, test } from 'vitest';
import { stateOf } from '../../src/base/disk-watch.ts';
import { createDiskRoom } from '../../src/flow/disk-room.ts';

const marks = { lowBytes: 1000, fullBytes: 500 };

/** With so much free on each disk; `undefined`: that one is somebody else's. */
function roomWith(free: { archive: number; database?: number }) {
  const refused: string[] = [];
  const disks = Object.entries(free).map(([name, freeBytes]) => ({
    name,
    freeBytes,
    state: stateOf(freeBytes, marks),
  }));
  const room = createDiskRoom({
    disks: { disks },
    lowBytes: marks.lowBytes,
    onRefused: (what) => refused.push(what),
  });
  const takes = (sizeBytes: number) => {
    try {
      return room.takeArtifact(sizeBytes);
    } catch (error) {
      expect(error).toMatchObject({ code: 'disk-full' });
      return null;
    }
  };
  const takesLog = () => {
    try {
      room.checkLog();
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'disk-full' });
      return false;
    }
  };
  return { room, refused, takes, takesLog };
}

test('with room on all, all is taken', () => {
  const { room, takes, takesLog } = roomWith({ archive: 5000, database: 5000 });
  expect([room.state(), room.mayGive(), room.maySeal(), takesLog(), room.blockers()]).toEqual([
    'well',
    true,
    true,
    true,
    [],
  ]);
  expect(takes(4000)).not.toBeNull();
});

test('a low archive takes no artifact, and everything else goes on', () => {
  const { room, takes, takesLog, refused } = roomWith({ archive: 900, database: 5000 });
  expect([room.state(), room.mayGive(), room.maySeal(), takesLog()]).toEqual(['low', true, true, true]);
  expect([takes(1), refused]).toEqual([null, ['artifact']]);
});

test('artifacts on their way count: together they do not take what is kept free', () => {
  const { takes } = roomWith({ archive: 3000 });
  const stored = takes(1500)!;
  expect(takes(600)).toBeNull();
  expect(takes(500)).not.toBeNull();
  stored();
  expect(takes(600)).not.toBeNull();
});

test('a full archive begins nothing new; logs go on to the database, and wait there', () => {
  const { room, takesLog } = roomWith({ archive: 400, database: 5000 });
  expect([room.state(), room.mayGive(), room.maySeal(), takesLog()]).toEqual(['full', false, false, true]);
  expect(room.blockers()).toMatchObject([{ kind: 'disk-full', outlook: 'someone-must-act' }]);
});

test('a full database disk takes no log and begins nothing new; sealed logs leave it for the archive', () => {
  const { room, takes, takesLog, refused } = roomWith({ archive: 5000, database: 400 });
  expect([room.state(), room.mayGive(), room.maySeal(), takesLog()]).toEqual(['full', false, true, false]);
  expect(takes(1)).not.toBeNull();
  expect(refused).toEqual(['log']);
});

test('a database of somebody else is theirs to watch', () => {
  const { room, takesLog } = roomWith({ archive: 400 });
  expect([room.state(), room.mayGive(), takesLog()]).toEqual(['full', false, true]);
});
