import { spend } from '../evaluate/budget.ts';
import { ANY_NUMBER, type Call, type FunctionTable, plain } from '../evaluate/hcl-function.ts';
import { itemsOf, setOf, unified } from '../values/convert.ts';
import { contains } from '../values/equal.ts';
import { type HclValue, type Known, sequence } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { openItem } from './collections.ts';

const PRODUCT_MAX = 200_000;

/** Functions that take their lists for sets. */
export const SET_FUNCTIONS: FunctionTable = {
  setunion: plain(1, ANY_NUMBER, (lists, call) =>
    setOf(unified(lists.flatMap((list) => itemsOf(list))), call.at),
  ),
  setintersection: plain(1, ANY_NUMBER, ([first, ...others], call) => {
    const inAll = (item: HclValue) => others.every((other) => holds(other, item));
    return setOf(itemsOf(first!).filter(inAll), call.at);
  }),
  setsubtract: plain(2, 2, ([from, taken], call) =>
    setOf(
      itemsOf(from!).filter((item) => !holds(taken!, item)),
      call.at,
    ),
  ),
  setproduct: plain(1, ANY_NUMBER, (lists, call) => product(lists, call)),
};

/** @throws Undecided when something unknown decides it */
function holds(list: Known, item: HclValue): boolean {
  const items = itemsOf(list);
  const found = contains(items, item);
  if (found === undefined) throw new Undecided(openItem([item, ...items])!);
  return found;
}

/** All combinations, the last list going round fastest; a set when all are. */
function product(lists: readonly Known[], call: Call): HclValue {
  let rows: HclValue[][] = [[]];
  for (const list of lists) {
    const items = itemsOf(list);
    const size = rows.length * items.length;
    if (size > PRODUCT_MAX || !spend(call.scope.run, size, call.at)) {
      throw new Refusal(`${size} combinations are more than can be held`);
    }
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  }
  const isSet = lists.every((list) => list.kind === 'sequence' && list.type === 'set');
  const tuples = rows.map((row) => sequence('tuple', row, call.at));
  return sequence(isSet ? 'set' : 'list', tuples, call.at);
}
