import type { HclFile } from './syntax/parse-hcl.ts';
import type { Body, Expression } from './syntax/syntax-tree.ts';

/** What a configuration says about the provider: names and defaults follow its version (iac-formats 4.3). */
export interface ProviderSettings {
  readonly providerVersion?: string;
  readonly subscriptionId?: string;
}

/** The version installed, else the one asked for; the subscription of the provider without an alias. */
export function providerSettings(
  files: readonly HclFile[],
  lock: HclFile | undefined,
  textOf: (expression: Expression, file: HclFile) => string | undefined,
): ProviderSettings {
  const version = lockedVersion(lock) ?? files.map(wantedVersion).find((one) => one !== undefined);
  const subscription = files
    .map((file) => subscriptionOf(file, textOf))
    .find((one) => one !== undefined);
  return {
    ...(version === undefined ? {} : { providerVersion: version }),
    ...(subscription === undefined ? {} : { subscriptionId: subscription }),
  };
}

function lockedVersion(lock: HclFile | undefined): string | undefined {
  const block = lock?.body.blocks.find(
    ({ type, labels }) => type === 'provider' && /\/azurerm$/.test(labels[0] ?? ''),
  );
  return block === undefined ? undefined : textIn(block.body, 'version');
}

/** `~> 4.20`: the first number there is. An upper bound alone says nothing. */
function wantedVersion({ body }: HclFile): string | undefined {
  for (const block of body.blocks) {
    if (block.type !== 'terraform') continue;
    for (const inner of block.body.blocks) {
      if (inner.type !== 'required_providers') continue;
      const value = inner.body.attributes.find(({ name }) => name === 'azurerm')?.value;
      const text = value?.kind === 'object' ? memberOf(value, 'version') : value;
      if (text?.kind !== 'literal' || typeof text.value !== 'string') continue;
      const found = /(?:^|[,\s])(?:~>|>=|=)?\s*(\d+(?:\.\d+)*)/.exec(text.value)?.[1];
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function subscriptionOf(
  file: HclFile,
  textOf: (expression: Expression, file: HclFile) => string | undefined,
): string | undefined {
  const provider = file.body.blocks.find(
    ({ type, labels, body: inner }) =>
      type === 'provider' && labels[0] === 'azurerm' && textIn(inner, 'alias') === undefined,
  );
  const value = provider?.body.attributes.find(({ name }) => name === 'subscription_id')?.value;
  const text = value === undefined ? undefined : textOf(value, file);
  return text !== undefined && /^[0-9a-f-]{36}$/i.test(text) ? text : undefined;
}

function textIn(body: Body, name: string): string | undefined {
  const value = body.attributes.find((attribute) => attribute.name === name)?.value;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

function memberOf(value: Expression & { kind: 'object' }, name: string): Expression | undefined {
  return value.items.find(({ key }) => key.kind === 'literal' && key.value === name)?.value;
}
