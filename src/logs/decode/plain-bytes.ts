import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** How the bytes of a log were packed and written, found by content. */
export interface Wrapping {
  readonly isGzip: boolean;
  readonly charset: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** What the file is instead of a log, in words. */
  readonly otherThan?: string;
}

/** Enough to recognise any layout; a header of a CSV export or the columns of a result table fit. */
const HEAD_BYTES = 1 << 16;

/** A stream with its first bytes read ahead. */
export interface Headed {
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
}

export async function withHead(chunks: AsyncIterable<Uint8Array>): Promise<Headed> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = asBuffer(next.value);
    // Copied: some readers fill one buffer again and again.
    first.push(Buffer.from(chunk));
    bytes += chunk.length;
  }
  const joined = Buffer.concat(first);
  return { head: joined.subarray(0, HEAD_BYTES), chunks: following(joined, iterator) };
}

async function* following(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return;
      yield asBuffer(next.value);
    }
  } finally {
    await rest.return?.();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** By the first bytes. UTF-16 also without mark: Windows PowerShell 5 redirects so. */
export function wrappingOf(head: Buffer): Wrapping {
  const [first, second, third, fourth] = head;
  const utf8 = { isGzip: false, charset: 'utf-8' } as const;
  if (first === 0x1f && second === 0x8b) return { isGzip: true, charset: 'utf-8' };
  if (first === 0xff && second === 0xfe) return { isGzip: false, charset: 'utf-16le' };
  if (first === 0xfe && second === 0xff) return { isGzip: false, charset: 'utf-16be' };
  if (isAscii(first) && second === 0 && isAscii(third) && fourth === 0) {
    return { isGzip: false, charset: 'utf-16le' };
  }
  if (first === 0 && isAscii(second) && third === 0 && isAscii(fourth)) {
    return { isGzip: false, charset: 'utf-16be' };
  }
  for (const [mark, otherThan] of MARKS) {
    if (head.subarray(0, mark.length).toString('latin1') === mark) return { ...utf8, otherThan };
  }
  return utf8;
}

const MARKS = [
  ['PK\x03\x04', 'a zip archive'],
  ['PAR1', 'a Parquet file'],
  ['\x28\xb5\x2f\xfd', 'compressed with Zstandard'],
  ['BZh', 'compressed with bzip2'],
  ['\xfd7zXZ', 'compressed with xz'],
  ['Obj\x01', 'an Avro file'],
  ['SQLite format 3', 'an SQLite database'],
] as const;

function isAscii(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 32 && byte < 127) || byte === 10 || byte === 13);
}

/** What became of a compressed stream. */
export interface GunzipEnd {
  error?: string;
}

/**
 * The content of a gzip stream, of one member or many. Where it is cut off or broken, what came before is given and `end` says so: blobs
 * are copied while they are written.
 */
export async function* gunzipped(
  chunks: AsyncIterable<Buffer>,
  end: GunzipEnd,
): AsyncGenerator<Buffer> {
  const source = Readable.from(copied(chunks), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    // Errors of the reader have their own code; those of zlib begin with a Z.
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    end.error = code === 'Z_BUF_ERROR' ? 'it ends in the middle' : 'it is broken';
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** Streams read ahead, and some readers fill one buffer again and again. */
async function* copied(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** UTF-16 as UTF-8, so that all that follows knows one encoding. */
export async function* asUtf8(
  chunks: AsyncIterable<Buffer>,
  charset: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-16le');
  let odd: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const whole = odd.length === 0 ? chunk : Buffer.concat([odd, chunk]);
    const even = whole.length - (whole.length % 2);
    odd = Buffer.from(whole.subarray(even));
    const pairs = whole.subarray(0, even);
    // Not every build of Node knows UTF-16BE: swap the bytes instead.
    const little = charset === 'utf-16be' ? Buffer.from(pairs).swap16() : pairs;
    yield Buffer.from(decoder.decode(little, { stream: true }), 'utf8');
  }
  yield Buffer.from(decoder.decode(), 'utf8');
}
