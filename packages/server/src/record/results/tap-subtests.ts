// Knows in which subtest a TAP point stands: by indents, since each producer writes the name of a subtest elsewhere.
export type Subtests = {
  /** A `# Subtest: name` line. */
  readonly begin: (indent: number, name: string) => void;
  /** A point: where it stands, or that it only sums up a subtest whose points were told. */
  readonly point: (indent: number, name: string, isOk: boolean) => { suite: string; isSummary: boolean };
};

type Subtest = {
  readonly indent: number;
  readonly name: string;
  /** Where its own points stand: deeper than its name in node and TAP 14, beside it in what Perl writes. */
  inside: number | undefined;
  hasFailed: boolean;
};

export function tapSubtests(depthLimit: number): Subtests {
  const open: Subtest[] = [];
  const push = (indent: number, name: string, inside: number | undefined) => {
    if (open.length < depthLimit) open.push({ indent, name, inside, hasFailed: false });
  };
  return {
    begin: (indent, name) => {
      while (open.length > 0 && open.at(-1)!.indent > indent) open.pop();
      const last = open.at(-1);
      // One beside it that was never summed up is over.
      if (last !== undefined && last.indent === indent && last.inside !== indent) open.pop();
      push(indent, name, undefined);
    },
    point: (indent, name, isOk) => {
      let ended: Subtest | undefined;
      while (open.length > 0 && open.at(-1)!.indent > indent) ended = open.pop();
      const last = open.at(-1);
      if (last !== undefined && last.indent === indent && endsAt(last, indent, name)) ended = open.pop();
      // A subtest that only its indent tells of (TAP 14 calls it bare).
      else if (ended === undefined && indent > (last?.inside ?? last?.indent ?? 0) && last?.inside !== undefined) {
        push(indent, '', indent);
      } else if (ended === undefined && indent > 0 && last === undefined) push(indent, '', indent);
      const inside = open.at(-1);
      if (inside !== undefined) inside.inside ??= indent;
      if (!isOk) for (const each of open) each.hasFailed = true;
      // A subtest may fail by itself, before or after its points: then that is told.
      const isSummary = ended?.inside !== undefined && (isOk || ended.hasFailed);
      const names = open.map((each) => each.name).filter((each) => each !== '');
      return { suite: names.join(' > '), isSummary };
    },
  };
}

/** Beside a subtest's name stands its sum, or its first point. */
function endsAt(subtest: Subtest, indent: number, name: string): boolean {
  if (subtest.inside === undefined) return subtest.name === name;
  return subtest.inside > indent;
}
