// Finds the sections that tools mark in their logs, in the ways of Buildkite, GitHub, GitLab and Travis, and pairs their ends. Pure.

export type Marker = {
  readonly line: number;
  readonly kind: 'header' | 'start' | 'end' | 'open-last';
  /** Whose way it is: an end closes only what was begun in the same way. */
  readonly way: 'buildkite' | 'github' | 'gitlab' | 'travis';
  /** What pairs a start with its end; '' where the way has no names. */
  readonly name: string;
  readonly title: string;
  /** How it stands until a reader says otherwise; null: closed, but where something failed in it. */
  readonly open: boolean | null;
};

export type Section = {
  /** The line that names it: it stays in sight when the section is closed. */
  readonly line: number;
  /** Its last line. Infinity: it has no end yet. */
  readonly end: number;
  readonly title: string;
  readonly depth: number;
  readonly open: boolean | null;
};

/** As `search-log` takes it: every line that `markersOf` makes something of, and few others. */
export const markerExpression =
  '(?:^|\\r|\\x1b\\[0?K)(?:\\x1b\\[[0-9;]*[mK])*(?:(?:---|\\+\\+\\+|~~~) \\S|\\^\\^\\^ \\+\\+\\+|::(?:end)?group::|##\\[(?:end)?group\\]|section_(?:start|end):|travis_fold:)';

const quickLook = /---|\+\+\+|~~~|group|section_|travis_fold:/;
const codes = /\x1b\[[0-9;:?]*[A-Za-z]/g;

/** Of one line as it was printed, before what `\r` wrote over. */
export function markersOf(raw: string, line: number): Marker[] {
  const head = raw.length > 2000 ? raw.slice(0, 2000) : raw;
  if (!quickLook.test(head)) return [];
  const parts = head.replace(codes, '').split('\r');
  return parts.flatMap((part, index) => {
    const marker = markerOf(part, parts[index + 1] ?? '', line);
    return marker ? [marker] : [];
  });
}

/** `next`: what stands behind the `\r` of GitLab and Travis, which is the title. */
function markerOf(part: string, next: string, line: number): Marker | null {
  const buildkite = /^(---|\+\+\+|~~~) (\S.*)$/.exec(part);
  if (buildkite?.[2]) {
    // What `go test` prints of each case begins so too.
    if (/^(?:FAIL|PASS|SKIP|BENCH): /.test(buildkite[2])) return null;
    const open = buildkite[1] === '+++' ? true : null;
    return { line, kind: 'header', way: 'buildkite', name: '', title: buildkite[2].trim(), open };
  }
  if (/^\^\^\^ \+\+\+\s*$/.test(part)) return { ...nameless, line, kind: 'open-last', way: 'buildkite' };
  const group = /^(?:::group::|##\[group\])(.*)$/.exec(part);
  if (group) return { ...nameless, line, kind: 'start', way: 'github', title: group[1]?.trim() || 'Group' };
  if (/^(?:::endgroup::|##\[endgroup\])/.test(part)) return { ...nameless, line, kind: 'end', way: 'github' };
  const gitlab = /^section_(start|end):\d+:([\w.-]+)(\[[^\]]*\])?/.exec(part);
  if (gitlab) {
    const name = gitlab[2] ?? '';
    const open = !/\bcollapsed=true\b/.test(gitlab[3] ?? '');
    if (gitlab[1] === 'end') return { ...nameless, line, kind: 'end', way: 'gitlab', name };
    return { line, kind: 'start', way: 'gitlab', name, title: next.trim() || name, open };
  }
  const travis = /^travis_fold:(start|end):([\w.-]+)/.exec(part);
  if (!travis) return null;
  const name = travis[2] ?? '';
  if (travis[1] === 'end') return { ...nameless, line, kind: 'end', way: 'travis', name };
  return { ...nameless, line, kind: 'start', way: 'travis', name, title: next.trim() || name };
}

const nameless = { name: '', title: '', open: null };

/** Sections in the order of their lines, from markers in the order of theirs. What never ends goes on to the end of the log. */
export function sectionsOf(markers: readonly Marker[]): Section[] {
  const all: { -readonly [Key in keyof Section]: Section[Key] }[] = [];
  const begun: { section: (typeof all)[number]; marker: Marker }[] = [];
  const endFrom = (index: number, line: number) => {
    for (const { section } of begun.splice(index)) section.end = line;
  };
  const begin = (marker: Marker) => {
    const section = { ...marker, end: Number.POSITIVE_INFINITY, depth: begun.length };
    all.push({
      line: section.line,
      end: section.end,
      title: section.title,
      depth: section.depth,
      open: section.open,
    });
    begun.push({ section: all[all.length - 1]!, marker });
  };
  for (const marker of withoutDiffs(markers)) {
    const same = begun.findLastIndex(({ marker: { way, name } }) => way === marker.way && name === marker.name);
    switch (marker.kind) {
      case 'open-last': {
        const last = begun[same]?.section ?? all.at(-1);
        if (last) last.open = true;
        break;
      }
      // A group of GitHub holds no other one: a second start ends the first. A header ends the one before.
      case 'header':
        if (same >= 0) endFrom(same, marker.line - 1);
        begin(marker);
        break;
      case 'start':
        if (marker.way === 'github' && same >= 0) endFrom(same, marker.line - 1);
        begin(marker);
        break;
      case 'end':
        // The line that ends one may begin the next.
        if (same >= 0) endFrom(same, Math.max(begun[same]!.section.line, marker.line));
        break;
      default:
        marker.kind satisfies never;
    }
  }
  return all.map((section) => ({ ...section, end: startsAnother(all, section) ? section.end - 1 : section.end }));
}

/**
 * Behind what was looked through there may be the end of a section that nobody knows yet: until then it goes no further. Else it would
 * hold what is another's, and be opened, or hide it.
 */
export function sectionsAsSeen(
  sections: readonly Section[],
  seenFrom: (line: number) => number,
  lastLine: number,
): readonly Section[] {
  return sections.map((section) => {
    const seen = Math.max(section.line, seenFrom(section.line));
    return seen >= Math.min(section.end, lastLine) ? section : { ...section, end: seen };
  });
}

/** `--- a/file` with `+++ b/file` below it is a difference between files, and no section. */
function withoutDiffs(markers: readonly Marker[]): Marker[] {
  const isHeader = (marker: Marker | undefined) => marker?.kind === 'header';
  return markers.filter((marker, index) => {
    if (!isHeader(marker)) return true;
    const [before, after] = [markers[index - 1], markers[index + 1]];
    const endsDiff = marker.open === true && isHeader(before) && before?.line === marker.line - 1 && !before.open;
    const beginsDiff = !marker.open && isHeader(after) && after?.line === marker.line + 1 && after.open === true;
    return !endsDiff && !beginsDiff;
  });
}

function startsAnother(all: readonly Section[], section: Section): boolean {
  return section.end > section.line && all.some((other) => other !== section && other.line === section.end);
}
