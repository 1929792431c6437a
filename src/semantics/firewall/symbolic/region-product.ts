import { type FlowBox, type FlowRegion, intersectBoxes, isEmptyBox } from '../../../flows/index.ts';

/** Flows that are in a box of every region. Boxes with a header in common are intersected, the others merely put together. */
export function productOf(first: FlowRegion, ...rest: readonly FlowRegion[]): FlowRegion {
  let product = first;
  for (const region of rest) {
    const next: FlowBox[] = [];
    for (const left of product) {
      for (const right of region) {
        const box = together(left, right);
        if (box !== undefined) next.push(box);
      }
    }
    product = next;
  }
  return product;
}

function together(a: FlowBox, b: FlowBox): FlowBox | undefined {
  for (const header in b) if (header in a) return intersectBoxes(a, b);
  const box = { ...a, ...b };
  return isEmptyBox(box) ? undefined : box;
}
