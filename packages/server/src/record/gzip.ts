// Gzip members: a log file is many of them laid end to end, each made by the worker; the server adds its own lines as
// members that are stored, not compressed, so that every server writes the same bytes for the same text.
import { constants, crc32, gunzip } from 'node:zlib';

/** The smallest member there is: head, an empty block, the trailer. */
export const smallestMember = 20;

/** The most that a member of so much text can be: deflate falls back to stored blocks; the rest is for a name in its head. */
export const largestMember = (sizeBytes: number) => sizeBytes + Math.ceil(sizeBytes / 1000) + 512;

/** What is wrong with a member that is said to hold so many bytes, seen without inflating it. */
export function faultOf(member: Buffer, sizeBytes: number): string | undefined {
  if (member.length < smallestMember) return `has ${member.length} bytes, which no gzip member has`;
  if (member.readUInt32BE(0) >>> 8 !== 0x1f8b08) return 'does not begin as gzip does (1f 8b 08)';
  if (member.length > largestMember(sizeBytes)) return `has ${member.length} bytes for ${sizeBytes} of text`;
  const told = member.readUInt32LE(member.length - 4);
  if (told !== sizeBytes) return `holds ${told} bytes by its own trailer, not ${sizeBytes}`;
  return undefined;
}

/** @throws when it is damaged, or holds another number of bytes than was said: it never inflates to more than that. */
export function inflate(member: Buffer, sizeBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One piece of output instead of many of 16 KB, each a trip to another thread; the bytes beyond tell that it is the end.
    const options = { maxOutputLength: sizeBytes, chunkSize: sizeBytes + 64, finishFlush: constants.Z_FINISH };
    gunzip(member, options, (cause, bytes) => {
      if (cause) return reject(cause);
      if (bytes.length !== sizeBytes) return reject(new Error(`it holds ${bytes.length} bytes, not ${sizeBytes}`));
      resolve(bytes);
    });
  });
}

/** Text as a gzip member of stored blocks. */
export function storedMember(text: string): Buffer {
  const body = Buffer.from(text);
  const blocks = Math.max(1, Math.ceil(body.length / largestBlock));
  const member = Buffer.alloc(head.length + blocks * 5 + body.length + 8);
  head.copy(member);
  let at = head.length;
  for (let block = 0; block < blocks; block++) {
    const part = body.subarray(block * largestBlock, (block + 1) * largestBlock);
    member.writeUInt8(block === blocks - 1 ? 1 : 0, at);
    member.writeUInt16LE(part.length, at + 1);
    member.writeUInt16LE(~part.length & 0xffff, at + 3);
    part.copy(member, at + 5);
    at += 5 + part.length;
  }
  member.writeUInt32LE(crc32(body), at);
  member.writeUInt32LE(body.length, at + 4);
  return member;
}

/** Deflate, no flags, no time, unknown system: nothing that differs from machine to machine. */
const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const largestBlock = 65_535;
