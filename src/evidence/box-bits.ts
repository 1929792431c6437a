import type { FlowBox } from '../flows/index.ts';

/** One bit for each box of a list. */
export type Bits = Uint32Array;

/** The boxes of which something holds. */
export function bitsOf(
  boxes: readonly FlowBox[],
  holds: (box: FlowBox, at: number) => boolean,
): Bits {
  const bits = new Uint32Array(Math.ceil(boxes.length / 32));
  for (const [at, box] of boxes.entries()) {
    if (holds(box, at)) bits[at >>> 5]! |= 1 << (at & 31);
  }
  return bits;
}

/** Makes the bits of a class when they are first asked for: most classes never come. */
export function once(make: (ofClass: number) => Bits): (ofClass: number) => Bits {
  const known: (Bits | undefined)[] = [];
  return (ofClass) => {
    const found = known[ofClass] ?? make(ofClass);
    known[ofClass] = found;
    return found;
  };
}
