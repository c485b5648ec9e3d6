// Finds a message, a place and a time in the YAML below a TAP point, by the keys that node, tap and Perl use. What else
// stands there is shown as it is: reading all of YAML would cost more than it tells.
export type TapYaml = {
  /** One line, without the indent of the block. */
  readonly line: (text: string) => void;
  readonly message: () => string | null;
  readonly file: () => string | null;
  readonly durationMs: () => number | null;
};

export function readTapYaml(): TapYaml {
  const values = new Map<string, string>();
  /** The key whose block of text (`|-`) goes on. */
  let block: string | undefined;
  return {
    line: (text) => {
      const match = /^([A-Za-z_]+):(?:[ \t]+(.*))?$/.exec(text.slice(0, most));
      const [, key = '', value = ''] = match ?? [];
      if (match === null) {
        const soFar = block === undefined ? undefined : values.get(block);
        if (block !== undefined && soFar !== undefined && soFar.length < most) {
          values.set(block, `${soFar}${text.slice(0, most).trim()}\n`);
        }
        return;
      }
      block = undefined;
      if (!keys.has(key)) return;
      if (/^[|>][-+]?$/.test(value)) {
        block = key;
        values.set(key, '');
      } else values.set(key, unquoted(value.trim()));
    },
    message: () => (values.get('error') ?? values.get('message'))?.trim() || null,
    file: () => values.get('file') ?? values.get('location')?.replace(/(:\d+){1,2}$/, '') ?? null,
    durationMs: () => {
      const milliseconds = Number.parseFloat(values.get('duration_ms') ?? '');
      return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds : null;
    },
  };
}

const keys = new Set(['error', 'message', 'file', 'location', 'duration_ms']);
/** Characters of a line that are looked at, and about those of a block that are kept. */
const most = 4000;

function unquoted(value: string): string {
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/.test(value)) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value.slice(1, -1);
  }
}
