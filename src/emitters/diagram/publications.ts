import type { DnatRule } from '../../model/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { collectionsOf } from './firewall-settings.ts';
import { addressText, portsText, referenceText, settingText, termText } from './words.ts';

/** A DNAT rule with the path a person finds it by. */
export interface Publication {
  readonly path: string;
  readonly rule: DnatRule;
}

/** What a firewall publishes, in the order of its collections. */
export function publishedBy(firewall: FirewallPlacement): readonly Publication[] {
  return collectionsOf(firewall).flatMap(({ path, collection }) =>
    collection.kind === 'dnat'
      ? collection.rules.map((rule) => ({ path: `${path}/${rule.name}`, rule }))
      : [],
  );
}

/** `tcp 80`; AFW-63: Any is TCP and UDP. */
export function serviceText({ protocols, destinationPorts }: DnatRule): string {
  const words = protocols.map((each) =>
    isUnknown(each) ? 'protocol not known' : each === 'Any' ? 'tcp+udp' : each.toLowerCase(),
  );
  return `${[...new Set(words)].join('+')} ${portsText(destinationPorts)}`;
}

/** Where it sends to: `10.42.4.10:80`. */
export function translationText({
  translatedAddress,
  translatedFqdn,
  translatedPort,
}: DnatRule): string {
  const host =
    translatedFqdn ??
    (translatedAddress === undefined ? 'an address not written' : addressText(translatedAddress));
  const port = settingText(translatedPort, 'its port');
  return `${host} port ${port}`;
}

/** Who may call. An empty list admits nobody. */
export function callersText({ sources }: DnatRule): string {
  const texts = [
    ...sources.addresses.map(termText),
    ...sources.ipGroups.map((group) => `group ${referenceText(group)}`),
    ...(sources.kubeSelectorGroups.length > 0
      ? ['Kubernetes selectors (not known whom they hold)']
      : []),
  ];
  if (texts.length === 0) return 'nobody';
  return texts.includes('*') ? 'anybody' : texts.join(', ');
}

export function publicationText({ path, rule }: Publication): string {
  return `${path}: ${serviceText(rule)} to ${translationText(rule)}, from ${callersText(rule)}`;
}
