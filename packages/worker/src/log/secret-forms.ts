// All the shapes in which a secret may show up in a log: as it is, by line, quoted, and in the usual encodings.

/** Shorter values would strike out ordinary text. The server takes no secret below 8 characters, and a run warns of one. */
const shortestValue = 4;
const shortestForm = 8;

/** Byte strings to strike out, longest first, each once. */
export function secretForms(values: Iterable<string>): Buffer[] {
  const forms = new Set<string>();
  for (const given of values) {
    // What no program can print (half a surrogate pair) comes out as what Node makes of it.
    const value = Buffer.from(given).toString('utf8');
    for (const whole of new Set([value, value.trim()])) {
      if (whole.length < shortestValue) continue;
      forms.add(whole);
      for (const form of formsOf(whole)) if (form.length >= shortestForm) forms.add(form);
    }
  }
  return [...forms].map((form) => Buffer.from(form)).sort((a, b) => b.length - a.length);
}

function* formsOf(value: string): Generator<string> {
  const bytes = Buffer.from(value);
  const lines = value.split(/\r?\n|\r/);
  if (lines.length > 1) {
    yield lines.join('\n');
    yield lines.join('\r\n');
    for (const line of lines) {
      yield line;
      yield line.trim();
    }
  }
  for (const encoded of base64Forms(bytes)) {
    yield encoded;
    yield encoded.replaceAll('+', '-').replaceAll('/', '_');
  }
  for (const width of [64, 76]) yield* wrapped(bytes.toString('base64'), width);
  yield bytes.toString('hex');
  yield bytes.toString('hex').toUpperCase();
  yield* urlForms(value);
  yield* jsonForms(value);
  yield* shellForms(value);
}

/** Encoders differ in what they leave as it is: `encodeURIComponent`, RFC 3986, forms, whole addresses, Python's `quote`. */
function* urlForms(value: string): Generator<string> {
  const component = encodeURIComponent(value);
  const strict = component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = new URLSearchParams({ v: value }).toString().slice(2);
  for (const form of [component, strict, query, encodeURI(value), strict.replaceAll('%2F', '/')]) {
    yield form;
    yield form.replaceAll('%20', '+');
    yield form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  }
}

/** As JavaScript writes it, as Python does (ASCII alone), PHP (with `\/`), Go (safe in HTML); and each within JSON again. */
function* jsonForms(value: string): Generator<string> {
  const plain = inJson(value);
  const code = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const ascii = plain.replace(/[\u007f-\uffff]/g, code);
  for (const form of [plain, ascii, plain.replaceAll('/', '\\/'), plain.replace(/[<>&\u2028\u2029]/g, code)]) {
    yield form;
    yield inJson(form);
  }
}

function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Within single quotes (two ways to write one there), within double quotes, with backslashes (all, or bash's), as `$'...'`. */
function* shellForms(value: string): Generator<string> {
  yield value.replaceAll("'", "'\\''");
  yield value.replaceAll("'", `'"'"'`);
  yield value.replace(/["$`\\]/g, '\\$&');
  yield value.replace(/["$`\\!]/g, '\\$&');
  yield value.replace(/[^A-Za-z0-9_@%+=:,./\n\u0080-\uffff-]/g, '\\$&');
  yield value.replace(/[ \t"'`\\|&;()<>!{}*[\]?^$,]/g, '\\$&');
  const bytes = [...Buffer.from(value)];
  yield bytes.map((byte) => inDollarQuotes(byte)).join('');
  yield [...value].map((mark) => (mark < '\x80' ? inDollarQuotes(mark.charCodeAt(0)) : mark)).join('');
}

/** As bash writes a byte within `$'...'`. */
function inDollarQuotes(byte: number): string {
  const short = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 27: 'E', 39: "'", 92: '\\' }[byte];
  if (short) return `\\${short}`;
  if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

/** What is certain of the secret's base64, for each of the three places at which it may begin within three bytes. */
function* base64Forms(bytes: Buffer): Generator<string> {
  for (const [shift, unsure] of [
    [0, 0],
    [1, 2],
    [2, 3],
  ] as const) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = Math.floor((padded.length * 8) / 6);
    yield padded.toString('base64').slice(unsure, whole);
  }
}

/** `base64` breaks its lines at 76 columns, openssl at 64: each full line of a long secret counts. */
function* wrapped(text: string, width: number): Generator<string> {
  for (let start = 0; text.length > width && start < text.length; start += width) {
    yield text.slice(start, start + width).replace(/=+$/, '');
  }
}
