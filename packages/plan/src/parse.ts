// Stage 1: the texts become one tree of values that know their place. A text that is no YAML ends here.
import type { Draft, Finding } from './draft.ts';
import { joinFiles } from './join-files.ts';
import { parseYaml } from './parse-yaml.ts';
import { timed } from './profile.ts';
import { refuseBytes } from './refuse-bytes.ts';

export function parse(draft: Draft): Draft {
  const { source } = draft;
  const found: Finding[] = refuseBytes(source.text);
  if (found.length > 0) return { ...draft, mistakes: [...draft.mistakes, ...found] };
  const tables = source.files
    .slice(0, draft.configFiles)
    .map((file) =>
      timed(draft.clock, { kind: 'file', name: file.file, offset: file.start }, () => parseYaml(source, file, found)),
    );
  const sound = tables.filter((table) => table !== null);
  // With a part missing, names of it would be called unknown: its own mistakes are told first.
  const tree = sound.length === tables.length ? joinFiles(source, sound, found) : null;
  return { ...draft, mistakes: [...draft.mistakes, ...found], tree };
}
