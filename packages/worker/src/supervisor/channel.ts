// A two-way line of messages: JSON, and bytes that go with it. Over a socket, or within one process where there is no
// supervisor of its own (Windows).
import type { Duplex } from 'node:stream';

export type Channel<Out, In> = {
  send(message: Out, bytes?: Buffer): void;
  /** Goes with whatever is sent next, or by itself after a moment. */
  sendLater(message: Out): void;
  /** What was said is with the system when this returns, and arrives also if this process dies. */
  flush(): void;
  /** Set once, at once. What comes in one piece is handed over in one piece. */
  onMessage: (message: In, bytes: Buffer) => void;
  /** The other side is gone, or this one has closed. */
  onClose: () => void;
  close(): void;
};

const nothing = Buffer.alloc(0);
const headBytes = 8;
const laterMillis = 100;
/** A work order with everything that a server allows in it is far below; more is no message of ours. */
const mostBytes = 256 * 1_048_576;

export function socketChannel<Out, In>(socket: Duplex): Channel<Out, In> {
  let pieces: Buffer[] = [];
  let bytesThere = 0;
  let wanted = headBytes;
  let corked: NodeJS.Immediate | null = null;
  let later: Out[] = [];
  let laterTimer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const channel: Channel<Out, In> = {
    onMessage: () => undefined,
    onClose: () => undefined,
    send(message, bytes = nothing) {
      if (isClosed) return;
      const json = Buffer.from(JSON.stringify(message));
      const head = Buffer.allocUnsafe(headBytes);
      head.writeUInt32LE(json.length, 0);
      head.writeUInt32LE(bytes.length, 4);
      if (later.length > 0) sendThose();
      // What is said in one turn goes in one write: each wakes the other side.
      if (!corked) {
        socket.cork();
        corked = setImmediate(() => channel.flush());
      }
      socket.write(head);
      socket.write(json);
      if (bytes.length > 0) socket.write(bytes);
    },
    sendLater(message) {
      later.push(message);
      laterTimer ??= setTimeout(sendThose, laterMillis).unref();
    },
    flush() {
      if (!corked) return;
      clearImmediate(corked);
      corked = null;
      socket.uncork();
    },
    close() {
      sendThose();
      channel.flush();
      // What was said still goes out; the other side need not agree.
      socket.end(() => socket.destroy());
    },
  };
  const sendThose = () => {
    clearTimeout(laterTimer);
    laterTimer = undefined;
    const those = later;
    later = [];
    for (const message of those) channel.send(message);
  };
  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    socket.destroy();
    channel.onClose();
  };
  const take = (text: Buffer): Buffer => {
    let at = 0;
    while (text.length - at >= headBytes) {
      const jsonBytes = text.readUInt32LE(at);
      const end = at + headBytes + jsonBytes + text.readUInt32LE(at + 4);
      wanted = end - at;
      if (wanted > mostBytes) {
        closed();
        return nothing;
      }
      if (end > text.length) return text.subarray(at);
      const jsonEnd = at + headBytes + jsonBytes;
      channel.onMessage(JSON.parse(text.toString('utf8', at + headBytes, jsonEnd)) as In, text.subarray(jsonEnd, end));
      at = end;
      wanted = headBytes;
    }
    return text.subarray(at);
  };
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytesThere += piece.length;
    // A large message comes in many pieces: they are laid together once.
    if (bytesThere < wanted) return;
    const rest = take(pieces.length === 1 ? piece : Buffer.concat(pieces));
    pieces = rest.length > 0 ? [rest] : [];
    bytesThere = rest.length;
  });
  socket.on('end', closed);
  socket.on('error', closed);
  socket.on('close', closed);
  return channel;
}

/** Both ends of a line within this process. */
export function localChannels<Out, In>(): [Channel<Out, In>, Channel<In, Out>] {
  let isClosed = false;
  const end = <A, B>(): Channel<A, B> => {
    const channelEnd: Channel<A, B> = {
      onMessage: () => undefined,
      onClose: () => undefined,
      send: () => undefined,
      sendLater: (message) => channelEnd.send(message),
      flush: () => undefined,
      close() {
        queueMicrotask(() => {
          if (isClosed) return;
          isClosed = true;
          one.onClose();
          other.onClose();
        });
      },
    };
    return channelEnd;
  };
  const one = end<Out, In>();
  const other = end<In, Out>();
  const line =
    <Message>(to: () => (message: Message, bytes: Buffer) => void) =>
    (message: Message, bytes = nothing) =>
      // Later, as over a socket: who sends does not hear the answer before he goes on.
      queueMicrotask(() => {
        if (!isClosed) to()(message, bytes);
      });
  one.send = line(() => other.onMessage);
  other.send = line(() => one.onMessage);
  return [one, other];
}
