import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** Two bytes from the system's generator, drawn in blocks: one call each would cost more than the rest of a query. */
export function randomWord(): number {
  if (used + 2 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 2;
  return pool.readUInt16BE(used - 2);
}
