const SHOWN = 3;

/** The names that may have been meant, nearest first: at most a third of the letters differ, or one holds the other. */
export function nearest(text: string, names: readonly string[]): readonly string[] {
  const wanted = text.toLowerCase();
  return names
    .map((name) => ({ name, distance: distanceOf(wanted, name) }))
    .filter(({ distance, name }) => distance <= Math.max(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

function distanceOf(wanted: string, name: string): number {
  // A part of the name, such as what stands after the slash, is a good hint however long the rest is.
  if (wanted.length >= 4 && name.includes(wanted)) return 1;
  const [area, rest = ''] = name.split('/');
  const [wantedArea, wantedRest] = wanted.split('/');
  if (wantedRest !== undefined && wantedRest === rest && wantedArea !== area) return 1;
  return editDistance(wanted, name);
}

/** Letters to insert, delete or replace. O(a × b). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
