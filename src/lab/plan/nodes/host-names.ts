/** Gives namespaces names: what people know them by, cut to 20 characters, each once. */
export function hostNames(taken: ReadonlySet<string>): (wanted: string) => string {
  const given = new Set(taken);
  return (wanted) => {
    const word = wanted
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
    for (let count = 0; ; count++) {
      const tail = count === 0 ? '' : `-${count}`;
      const name = `${word.slice(0, MOST - tail.length).replace(/-+$/, '') || 'pod'}${tail}`;
      if (given.has(name)) continue;
      given.add(name);
      return name;
    }
  };
}

const MOST = 20;
