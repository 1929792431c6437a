// The naive relational product, to compare with `bench/egress.mjs`: who sends and every header field in one diagram, which each box rewrites.
// Only one of its steps is measured, the translation of Services; it is where this way of answering ends.
//   npm run bench -- relation
import { performance } from 'node:perf_hooks';
import { library } from './library.mjs';
import { seeded } from './seeded.mjs';

const { DiagramTable, NOTHING, boxDiagram, fieldDiagram, rangeList, restAt, space } = await library(
  'relation',
  `export * from './packets/index.ts';`,
);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(17)))
      .join(''),
  );
/** A step that takes longer is given up, and said to be. */
const SECONDS_MAX = 60;

/**
 * Time in milliseconds of translating Services in one diagram over class × source × port × destination, `undefined` after SECONDS_MAX.
 * Each class has an address of its own and one of six policies; each Service has an address and a port, and two to six endpoints.
 */
export function relationalTranslation(classes, services, seed = 1) {
  const random = seeded(seed);
  const below = (end) => Math.floor(random() * end);
  const layout = space([
    { name: 'class', atoms: classes },
    { name: 'source', atoms: classes },
    { name: 'port', atoms: 32 },
    { name: 'destination', atoms: classes + services },
  ]);
  const [, , , destination] = layout.fields;
  const table = new DiagramTable({ nodesMax: 2 ** 26 });
  const one = (value) => rangeList([[value, value]]);
  const policies = Array.from({ length: 6 }, () =>
    rangeList(
      Array.from({ length: 1 + below(4) }, () => {
        const low = below(28);
        return [low, low + below(4)];
      }),
    ),
  );
  let all = NOTHING;
  for (let index = 0; index < classes; index += 1) {
    const box = [one(index), one(index), policies[index % policies.length], undefined];
    all = table.override(all, boxDiagram(table, layout, box, 1));
  }
  const began = performance.now();
  const isLate = () => performance.now() - began > SECONDS_MAX * 1000;
  let translated = NOTHING;
  let untouched = all;
  for (let index = 0; index < services; index += 1) {
    if (isLate()) return undefined;
    const [address, at] = [classes + index, 1 + below(30)];
    const arriving = boxDiagram(table, layout, [undefined, undefined, one(at), one(address)], 1);
    const endpoints = rangeList(
      Array.from({ length: 2 + below(5) }, () => {
        const pod = below(classes);
        return [pod, pod];
      }),
    );
    const rewritten = rewrittenFrom(table.mask(all, arriving), address, endpoints);
    translated = table.override(translated, rewritten);
    untouched = table.except(untouched, arriving);
  }
  const rows = table.counters.peak;
  const result = table.override(untouched, translated);
  return { milliseconds: performance.now() - began, rows, size: table.size(result) };

  /** Forgets the destination, which is one address, and writes others in its place: above it every row is made again. */
  function rewrittenFrom(diagram, address, endpoints) {
    const known = new Map();
    const visit = (at) => {
      if (at === NOTHING) return NOTHING;
      if (table.level(at) >= destination.firstLevel) {
        const rest = restAt(table, destination, at, address);
        return fieldDiagram(table, destination, endpoints, rest, NOTHING);
      }
      if (!known.has(at)) {
        known.set(at, table.node(table.level(at), visit(table.low(at)), visit(table.high(at))));
      }
      return known.get(at);
    };
    return visit(diagram);
  }
}

row('naive relational product, Services only', 'time', 'rows at most', 'rows of the result');
for (const [classes, services] of [
  [100, 100],
  [300, 400],
  [750, 1000],
  [1500, 2000],
]) {
  const measured = relationalTranslation(classes, services);
  row(
    `${classes} pods, ${services} Services`,
    ...(measured === undefined
      ? [`> ${SECONDS_MAX} s`]
      : [`${(measured.milliseconds / 1000).toFixed(2)} s`, measured.rows, measured.size]),
  );
}
