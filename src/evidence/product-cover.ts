/** One thing somebody called: from where, and by which services. A cover says it together with others. */
export interface Used {
  readonly target: string;
  readonly sources: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

/** Every source to every target by every service: what one rule can say. */
export interface Product {
  readonly targets: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

/** Pairs are compared: beyond so many different ones a single product is told. */
const PRODUCTS_MAX = 64;

/**
 * No more than `most` products that hold everything used and little else. Targets that are called alike stand together for nothing;
 * after that the two whose union adds the fewest combinations are joined. O(used + products³).
 */
export function coverByProducts(used: readonly Used[], most: number): readonly Product[] {
  const alike = new Map<string, Product & { readonly targets: Set<string> }>();
  for (const { target, sources, services } of used) {
    const key = JSON.stringify([[...sources].sort(), [...services].sort()]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { targets: new Set([target]), sources, services });
    else known.targets.add(target);
  }
  let products: readonly Product[] = [...alike.values()];
  if (products.length > PRODUCTS_MAX) return [products.reduce(union)];
  while (products.length > Math.max(1, most)) products = withCheapestJoined(products);
  return products;
}

function withCheapestJoined(products: readonly Product[]): readonly Product[] {
  let best: { readonly i: number; readonly j: number; readonly added: number } | undefined;
  for (let i = 0; i < products.length; i += 1) {
    for (let j = i + 1; j < products.length; j += 1) {
      const [a, b] = [products[i]!, products[j]!];
      const added = sizeOf(union(a, b)) - sizeOf(a) - sizeOf(b);
      if (best === undefined || added < best.added) best = { i, j, added };
    }
  }
  if (best === undefined) return products;
  const { i, j } = best;
  const joined = union(products[i]!, products[j]!);
  return products.flatMap((one, at) => (at === i ? [joined] : at === j ? [] : [one]));
}

function union(a: Product, b: Product): Product {
  return {
    targets: new Set([...a.targets, ...b.targets]),
    sources: new Set([...a.sources, ...b.sources]),
    services: new Set([...a.services, ...b.services]),
  };
}

function sizeOf({ targets, sources, services }: Product): number {
  return targets.size * sources.size * services.size;
}
