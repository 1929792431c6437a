import { withoutMark } from './decode-block.ts';
import type { Decoding, Trail } from './decoding.ts';
import type { LineBlock } from './line-blocks.ts';
import type { LogPosition } from './log-position.ts';
import { addReport, type Stretch, type StretchReport } from './stretch.ts';

/** Decodes stretches of files elsewhere, several at once. */
export interface StretchDecoder {
  /** So many may be on their way. */
  readonly atOnce: number;
  /** A stretch is about so long. */
  readonly bytes: number;
  /** Memory to fill with so many bytes, for the next stretch. There is some while fewer than `atOnce` are on their way. */
  room(bytes: number): Uint8Array;
  decode(stretch: Stretch): Promise<DecodedStretch>;
}

export interface DecodedStretch {
  readonly report: StretchReport;
  readonly trail: Trail;
  /** Hands its records to the sink. What the stretch and its trail lie in is used again after that. */
  deliver(): void;
}

/**
 * Gathers whole lines into stretches and brings what they say together in the order of the file. Any other block is given back as it is, once
 * all that stands before it has been taken in.
 */
export async function* decodedElsewhere(
  decoding: Decoding,
  blocks: AsyncIterable<LineBlock>,
  decoder: StretchDecoder,
  from: LogPosition,
  isFromStart: boolean,
): AsyncGenerator<LineBlock | { readonly kind: 'decoded'; readonly position: LogPosition }> {
  const onTheWay: (readonly [decoded: Promise<DecodedStretch>, end: LogPosition])[] = [];
  let isFirst = isFromStart;
  // Behind what was gathered, and where the stretch began.
  let { bytes, line } = from;
  let firstLine = line;
  let gathered: Uint8Array | undefined;
  let used = 0;

  const send = () => {
    if (gathered === undefined) return;
    const { zoneMicros } = decoding;
    const stretch = {
      ...{ name: decoding.source.name, line: firstLine, bytes: gathered.subarray(0, used) },
      ...(zoneMicros === undefined ? {} : { zoneMicros }),
    };
    const decoded = decoder.decode(stretch);
    // Its failure is met where it is awaited.
    decoded.catch(() => undefined);
    onTheWay.push([decoded, { bytes, line }]);
    gathered = undefined;
    used = 0;
    firstLine = line;
  };
  const oldest = async () => {
    const [decoded, position] = onTheWay.shift()!;
    const { report, trail, deliver } = await decoded;
    addReport(decoding, report, trail);
    deliver();
    decoding.line = position.line;
    return { kind: 'decoded', position } as const;
  };

  for await (const block of blocks) {
    if (block.kind === 'lines') {
      const text = isFirst ? withoutMark(block.bytes) : block.bytes;
      isFirst = false;
      if (gathered !== undefined && used + text.length > gathered.length) send();
      if (gathered === undefined) {
        while (onTheWay.length >= decoder.atOnce) yield await oldest();
        gathered = decoder.room(Math.max(decoder.bytes, text.length));
      }
      gathered.set(text, used);
      used += text.length;
      bytes += block.bytes.length;
      line += lineEnds(text);
    } else {
      send();
      while (onTheWay.length > 0) yield await oldest();
      yield block;
      isFirst = false;
      // A line that is too long is one of the file, and what is unfinished is the last.
      if (block.kind === 'too-long') {
        bytes += block.length + 1;
        line += 1;
        firstLine = line;
      }
    }
  }
  send();
  while (onTheWay.length > 0) yield await oldest();
}

function lineEnds(text: Uint8Array): number {
  let count = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count += 1;
  return count;
}
