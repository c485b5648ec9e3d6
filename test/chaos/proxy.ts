// A TCP proxy whose ways of failing are switched while it runs. It stands between a worker and a server, or between a
// server and PostgreSQL, and does to their connections what networks do.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** How a link behaves from now on. What it does to connections that are there already, each line says. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Each new connection is reset at once, and those that are there are cut. */
  | { readonly kind: 'refuse' }
  /** Nothing passes, and nobody is told; what was sent arrives when it clears: a cut that TCP outlives. */
  | { readonly kind: 'hold' }
  /** What is sent is acknowledged and lost, for good: those connections never say another word, not even when it clears. */
  | { readonly kind: 'half-open' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/** The two ends of one connection. `isDead`: nothing passes between them any more, and neither knows. */
type Pair = { readonly near: Socket; far: Socket | undefined; isDead: boolean };

export class Link {
  readonly name: string;
  /** Connections that came, those that a fault ended, and the bytes that came from this side. */
  readonly counts = { connections: 0, cut: 0, lost: 0, sentBytes: 0 };
  readonly #target: () => Target;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #weather: Weather = { kind: 'clear' };
  #cleared: Promise<void> = Promise.resolve();
  #clear: () => void = () => undefined;

  /** `target` is asked at each connection: what it leads to may have another port after a restart. */
  constructor(name: string, target: () => Target) {
    this.name = name;
    this.#target = target;
  }

  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  get port(): number {
    return (this.#server!.address() as AddressInfo).port;
  }

  get weather(): Weather['kind'] {
    return this.#weather.kind;
  }

  turn(weather: Weather): void {
    this.#weather = weather;
    if (weather.kind === 'hold') {
      this.#clear();
      this.#cleared = new Promise((resolve) => {
        this.#clear = resolve;
      });
    } else this.#clear();
    if (weather.kind === 'refuse') this.cut();
    if (weather.kind !== 'half-open') return;
    for (const pair of this.#pairs) this.#lose(pair);
  }

  /** Resets every connection that is there; new ones may come. */
  cut(): void {
    for (const pair of this.#pairs) {
      this.counts.cut += 1;
      this.#end(pair);
    }
  }

  async close(): Promise<void> {
    this.turn({ kind: 'clear' });
    for (const pair of this.#pairs) this.#end(pair);
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  #accept(near: Socket): void {
    this.counts.connections += 1;
    const pair: Pair = { near, far: undefined, isDead: false };
    this.#pairs.add(pair);
    near.on('error', () => this.#broken(pair));
    near.once('close', () => this.#closed(pair));
    if (this.#weather.kind === 'half-open') this.#lose(pair);
    if (this.#weather.kind === 'refuse') this.#end(pair);
    else void this.#join(pair);
  }

  async #join(pair: Pair): Promise<void> {
    const { near } = pair;
    if (pair.isDead) return void near.resume();
    await this.#cleared;
    if (near.destroyed) return;
    const far = connect({ ...this.#target(), allowHalfOpen: true });
    pair.far = far;
    far.on('error', () => this.#broken(pair));
    far.once('close', () => this.#closed(pair));
    near.setNoDelay(true);
    far.setNoDelay(true);
    await Promise.all([this.#pass(near, far, pair), this.#pass(far, near, pair)]);
  }

  /** Hands on what one end sends, and its end, in the weather of the moment. */
  async #pass(from: Socket, to: Socket, pair: Pair): Promise<void> {
    try {
      for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (from === pair.near) this.counts.sentBytes += bytes.length;
        await this.#travel(bytes.length);
        if (pair.isDead) continue;
        if (to.destroyed) return this.#end(pair);
        if (!to.write(bytes) && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      }
      await this.#travel(0);
      if (!pair.isDead) to.end();
    } catch {
      // An end broke: its `error` has ended the pair.
    }
  }

  async #travel(bytes: number): Promise<void> {
    const weather = this.#weather;
    if (weather.kind === 'hold') await this.#cleared;
    if (weather.kind === 'delay') await after(weather.ms);
    if (weather.kind === 'throttle') await after((bytes / weather.bytesPerSecond) * 1000);
  }

  #lose(pair: Pair): void {
    if (pair.isDead) return;
    pair.isDead = true;
    this.counts.lost += 1;
  }

  #closed(pair: Pair): void {
    if (pair.near.destroyed && (!pair.far || pair.far.destroyed)) this.#pairs.delete(pair);
  }

  /** An end that broke breaks the other, unless the two have been lost to each other. */
  #broken(pair: Pair): void {
    if (!pair.isDead) this.#end(pair);
  }

  #end({ near, far }: Pair): void {
    near.resetAndDestroy();
    // A Unix socket knows no reset.
    if (far?.remoteFamily) far.resetAndDestroy();
    else far?.destroy();
  }
}
