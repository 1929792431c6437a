/** How names are looked up in the proxy's maps: the lines of a frontend that leave the answer in `<scope>.<answer>`. */
export interface LookUp {
  /** `tcp-request content` or `http-request`. */
  readonly directive: string;
  /** Scope of the variables: `sess`, `txn`. `<scope>.fqdn` holds the name, `<scope>.up` what is above its first label. */
  readonly scope: 'sess' | 'txn';
  readonly answer: string;
  readonly map: string;
  /** Variables that hold what follows the name in a key, the first to win. */
  readonly tails: readonly string[];
  readonly depths: readonly number[];
  readonly hasAny: boolean;
  /** Present when ends of names are listed; values are `Action:rank`. */
  readonly endingsMap?: string;
}

/**
 * The most specific key that is present decides: the name, then its parents from the longest to the shortest, then `*`. Parents
 * are taken from the right, from what is above the first label: so a name of any depth finds them, and no name is its own
 * parent. Ends that are no parent are compared by rank, since they stand beside the keys.
 */
export function lookUpLines(spec: LookUp): readonly string[] {
  const { directive, scope, answer, map, tails, depths, hasAny, endingsMap } = spec;
  const lines: string[] = [];
  const hit = `${scope}.${answer}`;
  let isFirst = true;
  const unlessFound = () => (isFirst ? '' : ` if !{ var(${hit}) -m found }`);
  const ask = (key: (tail: string) => string) => {
    for (const tail of tails) {
      lines.push(
        `${directive} set-var(${hit}) ${key(`${scope}.${tail}`)},map_str(${map})${unlessFound()}`,
      );
      isFirst = false;
    }
  };
  ask((tail) => `var(${scope}.fqdn),concat(|,${tail})`);
  for (const depth of depths) {
    lines.push(
      `${directive} set-var(${scope}.above) var(${scope}.up),field(-1,.,${depth})${unlessFound()}`,
    );
    ask((tail) => `str(*.),concat(,${scope}.above,|),concat(,${tail})`);
  }
  if (hasAny) ask((tail) => `str(*|),concat(,${tail})`);
  if (endingsMap === undefined) return lines;
  for (const tail of tails) {
    const end = `${scope}.end`;
    lines.push(
      `${directive} unset-var(${end})`,
      `${directive} set-var(${end}) var(${scope}.fqdn),concat(|,${scope}.${tail}),map_end(${endingsMap})`,
      `${directive} set-var(${scope}.endrank) var(${end}),field(2,:) if { var(${end}) -m found }`,
      `${directive} set-var(${scope}.rank) var(${hit}),field(2,:) if { var(${hit}) -m found }`,
      `${directive} set-var(${hit}) var(${end}) if { var(${end}) -m found } !{ var(${hit}) -m found }`,
      `${directive} set-var(${hit}) var(${end}) if { var(${end}) -m found } { var(${scope}.endrank),sub(${scope}.rank) -m int lt 0 }`,
    );
  }
  return lines;
}
