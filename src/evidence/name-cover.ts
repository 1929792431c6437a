/**
 * The narrowest list of names and wildcards within a wildcard that covers the names seen: themselves while there are no more than
 * `most`, else wildcards under which several of them stand, each with one label more than the wildcard; the wildcard itself where even
 * these are too many.
 * @param names lower case, without trailing dot, all covered by `*.suffix`
 */
export function coverNames(
  names: readonly string[],
  suffix: string,
  most: number,
): readonly string[] {
  const distinct = [...new Set(names)].sort();
  if (distinct.length <= most) return distinct;
  // Nobody owns `com`: of every name there is, two labels are the least that somebody may mean.
  const depth = suffix === '' ? 1 : suffix.split('.').length;
  const groups = new Map<string, string[]>();
  for (const name of distinct) {
    const below = name
      .split('.')
      .slice(-(depth + 1))
      .join('.');
    groups.set(below, [...(groups.get(below) ?? []), name]);
  }
  const whole = suffix === '' ? '*' : `*.${suffix}`;
  if (groups.size > most) return [whole];
  // `*.x` does not hold `x` itself (AFW-51): where that was seen, it is named beside.
  const covers = [...groups].flatMap(([below, own]) => {
    if (own.length === 1) return own;
    const deeper = own.filter((name) => name !== below);
    const itself = own.includes(below) ? [below] : [];
    return deeper.length === 1 ? [...itself, ...deeper] : [...itself, `*.${below}`];
  });
  // Everything under one label: one more label may tell more.
  const [only] = groups.keys();
  if (groups.size === 1 && only !== undefined && !distinct.includes(only)) {
    return coverNames(distinct, only, most);
  }
  return covers.length <= most ? [...covers].sort() : [whole];
}
