// Lines of a stack, as the engine writes them, become offsets of the configuration: the innermost first, ours left out.
import type { ReadModule } from './read-modules.ts';

/** The places of a stack in files of the tree. */
export type StackReader = (stack: string) => number[];

export function stackReader(modules: ReadonlyMap<string, ReadModule>): StackReader {
  const memory = new Map<string, number[]>();
  return (stack) => {
    const known = memory.get(stack);
    if (known) return known;
    const places = stack.split('\n', mostFrames).flatMap((text) => {
      const frame = /^\s+at .*?\(?([^()]+):(\d+):(\d+)\)?$/.exec(text);
      const module = frame ? modules.get(frame[1]?.trim() ?? '') : undefined;
      if (!module || !frame) return [];
      const [line, column] = [Number(frame[2]), Number(frame[3])];
      // What the engine says of a function that has not called anything yet.
      return line === 1 && column === 1 ? [] : [module.script.offsetAt(line, column)];
    });
    memory.set(stack, places);
    return places;
  };
}

const mostFrames = 16;
