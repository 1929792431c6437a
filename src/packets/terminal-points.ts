import { type Diagram, type DiagramTable, isLeaf, terminalOf } from './diagram-table.ts';
import type { Space } from './space.ts';

/**
 * One flow per terminal of a diagram, as an atom per field; terminal 0 is left out. One walk that enters every row once. O(rows).
 */
export function pointPerTerminal(
  table: DiagramTable,
  { fields, levels }: Space,
  diagram: Diagram,
): ReadonlyMap<number, readonly number[]> {
  const points = new Map<number, readonly number[]>();
  if (isLeaf(diagram)) {
    if (terminalOf(diagram) !== 0)
      points.set(
        terminalOf(diagram),
        fields.map(() => 0),
      );
    return points;
  }
  // How each row was first entered: twice its parent, plus the bit taken there. Children have smaller numbers than parents.
  const entered = new Int32Array(diagram + 1).fill(-1);
  const pointAt = (parent: number, bit: number): number[] => {
    const bits = new Uint8Array(levels);
    for (let at = parent, taken = bit; ; ) {
      bits[table.level(at)] = taken;
      const from = entered[at]!;
      if (from < 0) break;
      taken = from & 1;
      at = from >>> 1;
    }
    return fields.map(({ firstLevel, bits: width, atoms }) => {
      let code = 0;
      for (let level = firstLevel; level < firstLevel + width; level += 1) {
        code = code * 2 + bits[level]!;
      }
      return Math.min(code, atoms - 1); // codes above the last atom are the last atom again
    });
  };
  const stack = [diagram];
  while (stack.length > 0) {
    const at = stack.pop()!;
    for (const bit of [1, 0]) {
      const child = bit === 1 ? table.high(at) : table.low(at);
      if (isLeaf(child)) {
        const terminal = terminalOf(child);
        if (terminal !== 0 && !points.has(terminal)) points.set(terminal, pointAt(at, bit));
      } else if (entered[child] === -1) {
        entered[child] = at * 2 + bit;
        stack.push(child);
      }
    }
  }
  return points;
}
