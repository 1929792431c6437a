import type { ServiceTags } from '../../facts/index.ts';
import { type Prefix, parsePrefix } from '../../net/index.ts';

const parsed = new WeakMap<ServiceTags, Map<string, readonly Prefix[]>>();

/** The prefixes of a tag, parsed once per data set; `undefined` when the data set does not know the tag. */
export function prefixesOfTag(
  serviceTags: ServiceTags,
  tag: string,
): readonly Prefix[] | undefined {
  let tags = parsed.get(serviceTags);
  if (tags === undefined) {
    tags = new Map();
    parsed.set(serviceTags, tags);
  }
  const key = tag.toLowerCase();
  const known = tags.get(key);
  if (known !== undefined) return known;
  const texts = serviceTags.prefixes.get(key);
  if (texts === undefined) return undefined;
  const prefixes = texts.map((text) => parsePrefix(text)).filter((prefix) => prefix !== undefined);
  tags.set(key, prefixes);
  return prefixes;
}

/**
 * The tag whose prefixes a service endpoint routes (AZN-15). `undefined` for a service without a tag we know of.
 */
export function tagOfServiceEndpoint(service: string): string | undefined {
  return ENDPOINT_TAGS[service.toLowerCase()];
}

const ENDPOINT_TAGS: Readonly<Record<string, string>> = {
  'microsoft.storage': 'Storage',
  'microsoft.storage.global': 'Storage',
  'microsoft.sql': 'Sql',
  'microsoft.keyvault': 'AzureKeyVault',
  'microsoft.containerregistry': 'AzureContainerRegistry',
  'microsoft.eventhub': 'EventHub',
  'microsoft.servicebus': 'ServiceBus',
  'microsoft.azurecosmosdb': 'AzureCosmosDB',
  'microsoft.web': 'AppService',
  'microsoft.azureactivedirectory': 'AzureActiveDirectory',
};

/** Among routes for one prefix: regional service, global service, `AzureCloud.<region>`, `AzureCloud` (AZN-16). */
export function tagPrecedence(tag: string): 0 | 1 | 2 | 3 {
  const [service, region] = tag.toLowerCase().split('.');
  if (service === 'azurecloud') return region === undefined ? 3 : 2;
  return region === undefined ? 1 : 0;
}
