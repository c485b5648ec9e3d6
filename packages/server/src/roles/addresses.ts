// Where the server listens, as it is set and as it is said.
import type { AddressInfo } from 'node:net';

/** @throws Error naming the setting. */
export function parseListen(
  text: string,
  setting: 'SIGNALBOX_LISTEN' | 'SIGNALBOX_HEALTH_LISTEN',
): { host: string; port: number } {
  const parts = /^(?:\[([0-9a-f:]+)\]|([^:]+)):(\d{1,5})$/i.exec(text);
  if (!parts || Number(parts[3]) > 65_535)
    throw new Error(`${setting}=${text}: write it as host:port, for example 127.0.0.1:8080 or [::1]:8080.`);
  return { host: parts[1] ?? parts[2]!, port: Number(parts[3]) };
}

export function addressOf({ address, family, port }: AddressInfo): string {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
