// The worker's own log: one line a thing on stderr, for people or, on request, as JSON.
import { format } from 'node:util';

export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type OwnLog = {
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
};
export type LogStyle = 'plain' | 'pretty' | 'json';

export function createOwnLog(style: LogStyle, write: (line: string) => void): OwnLog {
  const line = (level: 'info' | 'warn', message: string, facts: Facts = {}) => {
    const at = new Date().toISOString();
    if (style === 'json') return write(`${JSON.stringify({ at, level, message, ...facts })}\n`);
    const [dim, yellow, plain] = style === 'pretty' ? ['\x1b[2m', '\x1b[33m', '\x1b[0m'] : ['', '', ''];
    const told = Object.entries(facts).filter(([, value]) => value !== undefined);
    const tail = told.map(([name, value]) => ` ${name}=${format(value)}`).join('');
    write(
      `${dim}${at.slice(11, 23)}${plain} ${level === 'warn' ? yellow : ''}${message}${plain}${dim}${tail}${plain}\n`,
    );
  };
  return {
    info: (message, facts) => line('info', message, facts),
    warn: (message, facts) => line('warn', message, facts),
  };
}

export const silentLog: OwnLog = { info: () => {}, warn: () => {} };

/** What an error says, with what caused it. */
export function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${tell(error.cause)}`;
  return error.message.includes(cause.slice(2)) ? error.message : `${error.message}${cause}`;
}
