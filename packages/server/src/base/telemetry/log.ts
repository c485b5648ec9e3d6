// The log of a process: one JSON object a line for machines, or lines for people. The only importer of pino.
import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogTarget = { write(line: string): unknown; readonly isTTY?: boolean; hasColors?(): boolean };

export type LogSettings = {
  readonly level: LogLevel;
  /** `auto`: for people on a terminal, for machines elsewhere. */
  readonly style: 'json' | 'pretty' | 'auto';
  /** What must never stand in a log, wherever it comes from: the secrets of tokens. Give it the `g` flag. */
  readonly strike?: RegExp;
  /** Where lines go; standard output unless told. */
  readonly to?: LogTarget;
};

const hidden = '[hidden]';
/** Headers that let their bearer in. They are struck out in any object of one or two levels that is logged. */
const secretHeaders = ['authorization', 'cookie', 'set-cookie', 'x-claim-id', 'proxy-authorization'];
const paths = secretHeaders.flatMap((name) =>
  ['headers', 'req.headers', 'res.headers', 'err.headers'].map((place) => `${place}["${name}"]`),
);

/** pino-pretty is loaded only where people read: it is memory that a server at rest need not have. */
export async function createLog(settings: LogSettings): Promise<Log> {
  const to: LogTarget = settings.to ?? process.stdout;
  const isPretty = settings.style === 'pretty' || (settings.style === 'auto' && to.isTTY === true);
  const { strike } = settings;
  const options: LoggerOptions = {
    level: settings.level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths, censor: hidden },
    ...(strike && { hooks: { streamWrite: (line: string) => line.replaceAll(strike, hidden) } }),
  };
  if (!isPretty) return pino(options, { write: (line: string) => void to.write(line) });
  const { prettyFactory } = await import('pino-pretty');
  // (`hasColors` of a terminal heeds NO_COLOR.)
  const pretty = prettyFactory({
    colorize: to.hasColors?.() ?? false,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid',
    messageKey: 'msg',
  });
  return pino(options, { write: (line: string) => void to.write(pretty(line)) });
}
