import type { Trace } from './trace.ts';

const FRONT = 'something answers at ';
const BACK = ': nothing in the input has this address';

/** The network lets a flow through to an address that nothing in the input has: what is there is taken on trust. */
export function somethingAnswers(address: string): string {
  return `${FRONT}${address}${BACK}`;
}

/** The address that an allowed flow ends at and nothing in the input has. */
export function unownedAddress({ assumptions }: Trace): string | undefined {
  const found = assumptions.find((one) => one.startsWith(FRONT) && one.endsWith(BACK));
  return found?.slice(FRONT.length, -BACK.length);
}
