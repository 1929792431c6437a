import { type Attribute, AZURERM_TYPES, type Expectation } from '../azurerm/index.ts';
import type { AddressStep } from './address.ts';

/** What the argument is, where it is known: an id or an address is recognised by it. */
export function expectationOf(type: string, steps: readonly AddressStep[]): Expectation['kind'] {
  const found = attributeAt(type, steps);
  return found?.kind === 'value' ? found.as.expects.kind : 'any';
}

/** The argument at a path, as the table has it. */
export function attributeAt(type: string, steps: readonly AddressStep[]): Attribute | undefined {
  let attributes = AZURERM_TYPES.get(type)?.attributes ?? [];
  let found: Attribute | undefined;
  for (const { name } of steps) {
    found = attributes.find((one) => one.name === name);
    if (found?.kind !== 'block') return found;
    attributes = found.attributes;
  }
  return found;
}

/** May an attribute of that name be handed to an argument of this one as it is? */
export function fits(
  argument: string,
  expects: Expectation['kind'],
  attribute: string,
  type: string,
): boolean {
  const last =
    attribute
      .replace(/\[[^\]]*\]$/, '')
      .split('.')
      .at(-1) ?? '';
  // Plans of Terraform 0.x, and references by a key that varies, name the resource only.
  const isWhole = last === '' && /^az(?:urerm|api)_/.test(type);
  if (expects === 'id' || ID_ARGUMENT.test(argument)) {
    return last === 'id' || last === argument || isWhole;
  }
  if (expects === 'address' || ADDRESS_ARGUMENT.test(argument)) {
    return isWhole || /(?:ip_address(?:es)?|_ip|_fqdn|^fqdn|ip_prefix)$/.test(last);
  }
  // A name made from a random text is not that text.
  if (argument === 'name') return false;
  if (/_name$/.test(argument)) return isWhole || (last === 'name' && !attribute.includes('.'));
  return last === argument;
}

const ID_ARGUMENT = /(?:^|_)ids?$|^(?:scope|next_hop)$/;
const ADDRESS_ARGUMENT = /^(?:source|destination)_address(?:es|_prefix|_prefixes)$/;
