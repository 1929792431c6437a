import type { ServiceTags } from '../../facts/index.ts';
import { type Prefix, parsePrefix } from '../../net/index.ts';

/** The IPv4 prefixes of a service tag; `undefined` when the data file does not know the tag, which is not the same as none. */
export function tagPrefixes(tags: ServiceTags, tag: string): readonly Prefix[] | undefined {
  return tags.prefixes
    .get(tag.toLowerCase())
    ?.map((text) => parsePrefix(text))
    .filter((prefix): prefix is Prefix => prefix?.family === 4);
}

/** AZN-16: a regional service, a service, `AzureCloud.<region>`, `AzureCloud`; the lower number wins. */
export function rankOfTag(tag: string): number {
  const [service = '', region] = tag.toLowerCase().split('.');
  const isCloud = service === 'azurecloud';
  return (isCloud ? 2 : 0) + (region === undefined ? 1 : 0);
}

/** Service endpoints and the tag whose prefixes each takes (azure-networking 6.1). */
const TAGS: Readonly<Record<string, string>> = {
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

export function tagOfServiceEndpoint(service: string): string | undefined {
  return TAGS[service.toLowerCase()];
}
