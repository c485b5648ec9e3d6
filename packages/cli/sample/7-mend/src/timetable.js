// Reads a timetable: a line a train, with its name and its time.

export function readTimetable(text) {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const [train, time] = line.split(' at ');
      return { train, time };
    });
}
