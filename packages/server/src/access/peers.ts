// Which machine asks, and by which name it calls us: what the connection and its headers tell, as pure questions.

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One header; of several the first. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Give the address of the socket, never one that a header claims. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

/** Names that stand for this machine everywhere. `0.0.0.0` is not one: pages of other sites could reach us by it. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || isLoopbackAddress(hostname);
}

/** `name` and `name:port` of a Host header or an origin, in the form that `URL` gives; undefined when it is none. */
export function readHost(host: string | undefined): { readonly hostname: string; readonly host: string } | undefined {
  if (host === undefined || /[\s/?#@\\,]/.test(host)) return undefined;
  const url = readUrl(`http://${host}`);
  return url && { hostname: url.hostname, host: url.host };
}

/** (`URL.parse` is not on every Node 20.) */
export function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether somebody in between says that it passes a request on. */
export function isForwarded(headers: Headers): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
}
