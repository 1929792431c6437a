import type { Attribute, AzurermType } from '../../azurerm/index.ts';
import { hclString } from './hcl-text.ts';

type Steps = readonly (string | number)[];

/**
 * The attribute of azurerm that tells what ARM has at a path: `ip_configuration[0].private_ip_address` for
 * `properties.ipConfigurations[0].properties.privateIPAddress`. `undefined` when no attribute does.
 */
export function attributePath(type: AzurermType, path: Steps): string | undefined {
  const wanted = armText(path);
  for (const [name, arm] of Object.entries(type.told ?? {})) {
    const whole = /^(?:identity|sku|zones)\b/i.test(arm) ? arm : `properties.${bare(arm)}`;
    if (whole.toLowerCase() === wanted) return name;
  }
  return inside(type.attributes, wanted);
}

function inside(attributes: readonly Attribute[], wanted: string): string | undefined {
  for (const attribute of attributes) {
    const arm = attribute.arm.toLowerCase();
    if (attribute.kind === 'value') {
      if (arm === wanted && arm !== '' && attribute.as.keepsSymbol) return attribute.name;
      continue;
    }
    if (arm !== '' && !wanted.startsWith(arm)) continue;
    const rest = arm === '' ? wanted : wanted.slice(arm.length);
    const item = attribute.holds === 'many' ? /^(\[\d+\])\.(.*)$/.exec(rest) : undefined;
    const isBelow = arm === '' || rest.startsWith('.');
    const one = isBelow ? rest.replace(/^\./, '') : undefined;
    const below = attribute.holds === 'many' ? item?.[2] : one;
    if (below === undefined || below === '') continue;
    const inner = inside(attribute.attributes, below);
    if (inner !== undefined) return `${attribute.name}${item?.[1] ?? '[0]'}.${inner}`;
  }
  return undefined;
}

function armText(path: Steps): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text.replace(/^\./, '').toLowerCase();
}

function bare(arm: string): string {
  return arm.replace(/^properties\./, '');
}

/** `.properties.ipAddress`, behind the output of a resource in ARM's words. */
export function spelledSteps(path: Steps): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${hclString(step)}]`;
    })
    .join('');
}

/** What has to be asked for, so that it is in the answer: lists as a whole. */
export function exportedPath(path: Steps): string {
  const end = path.findIndex((step) => typeof step === 'number');
  return path.slice(0, end < 0 ? path.length : end).join('.');
}
