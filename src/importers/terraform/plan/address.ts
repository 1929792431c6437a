/** A step of an address: a name, and the key in brackets behind it. */
export interface AddressStep {
  readonly name: string;
  readonly key: string | number | undefined;
}

/**
 * `module.hub["weu"].azurerm_subnet.nodes[0].id` in its steps. Keys are texts of any kind, with dots and brackets;
 * anything that is no address ends it.
 */
export function stepsOfAddress(address: string): readonly AddressStep[] {
  const steps: { name: string; key: string | number | undefined }[] = [];
  const pattern = /\.?([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (pattern.lastIndex < address.length) {
    const match = pattern.exec(address);
    if (match === null) break;
    const [, name, number, text] = match;
    if (name !== undefined) steps.push({ name, key: undefined });
    else {
      const last = steps.at(-1);
      const key = number === undefined ? textOf(text ?? '') : Number(number);
      if (last === undefined) break;
      if (last.key === undefined) last.key = key;
      else steps.push({ name: '', key });
    }
  }
  return steps;
}

/** Steps of an attribute as one path: `ip_configuration[0].private_ip_address`. */
export function pathOfSteps(steps: readonly AddressStep[]): string {
  return steps
    .map(({ name, key }) => (key === undefined ? name : `${name}[${JSON.stringify(key)}]`))
    .join('.');
}

function textOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}
