import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey } from '../diagram/places.ts';
import { counted, listed } from '../diagram/words.ts';
import { sallyport, shellBlock } from './command.ts';
import { bullets, code, facts, prose, shortTable } from './markdown.ts';
import { placeText } from './place-text.ts';
import { temporaryThings } from './temporary-rules.ts';

const ROWS_MAX = 60;

/** What has an end, and what to do when it comes. */
export function renewals(
  network: Network,
  paths: readonly string[],
  today: string | undefined,
): readonly string[] {
  const things = temporaryThings(network);
  const rows = things.map(({ what, until, why, at }) => [
    until,
    code(what),
    prose(why),
    today === undefined ? '' : until < today ? 'over: remove it, or write a new day' : 'runs',
    placeText(at),
  ]);
  return [
    '## Renew or remove what is temporary',
    '',
    ...(rows.length === 0
      ? ['Nothing in the input has an end written in its description or tags.', '']
      : [
          ...shortTable(
            ['until', 'what', 'why', today === undefined ? '' : `on ${today}`, 'where'],
            rows,
            ROWS_MAX,
            'entries',
          ),
          'To renew one, write the new day where it stands and have the change reviewed; to end one, delete it and look at what closes with `sallyport diff`.',
          '',
        ]),
    'Rules that call themselves temporary and have no end:',
    '',
    ...shellBlock([sallyport(paths, 'check', '--only', 'firewall/temporary-rule')]),
  ];
}

/** What holds a certificate, a key or an address that others have written down. */
export function rotation(network: Network, paths: readonly string[]): readonly string[] {
  const { perimeter } = network;
  const items: string[] = [];
  for (const gateway of byKey(perimeter.applicationGateways)) {
    const listeners = gateway.listeners.filter(
      ({ protocol }) => protocol?.toLowerCase() === 'https',
    );
    if (listeners.length === 0) continue;
    const names = listed(
      listeners.map(({ name }) => code(name)),
      6,
    );
    items.push(
      `Certificates of Application Gateway ${code(gateway.name)}: ${counted(listeners.length, 'HTTPS listener')} (${names}). After a renewal call each name from outside.`,
    );
  }
  for (const policy of byKey(perimeter.firewallPolicies)) {
    if (!policy.hasTransportSecurity) continue;
    items.push(
      `The certificate authority of firewall policy ${code(policy.name)} for TLS inspection: workloads must trust the new one before the firewall uses it.`,
    );
  }
  for (const { name } of byKey(perimeter.gatewayConnections)) {
    items.push(
      `The shared key of connection ${code(name)}: change it on both ends in one maintenance window.`,
    );
  }
  for (const placed of byKey(network.firewalls)) {
    if (placed.publicAddresses.length === 0) continue;
    items.push(
      `Public addresses of firewall ${code(placed.firewall.name)} (${placed.publicAddresses.length}): partners may have them in lists of their own${authorizedBy(network)}. Announce a new one before traffic uses it.`,
    );
  }
  const hasRanges = [...perimeter.clusters.values()].some(
    ({ apiServer }) => apiServer.authorizedRanges.length > 0,
  );
  if (items.length === 0) return [];
  return [
    '## Rotate certificates, keys and addresses',
    '',
    'Secrets are not in the input and not on this page; these are the places that use one.',
    '',
    ...bullets(items),
    ...(hasRanges
      ? [
          'After a change of addresses:',
          '',
          ...shellBlock([
            sallyport(paths, 'check', '--only', 'api-server/authorized-ranges-miss-firewall'),
          ]),
        ]
      : []),
  ];
}

function authorizedBy({ perimeter }: Network): string {
  const names = byKey(perimeter.clusters)
    .filter(
      ({ apiServer }) =>
        !isUnknown(apiServer.isPrivate) &&
        apiServer.isPrivate !== true &&
        apiServer.authorizedRanges.length > 0,
    )
    .map(({ name }) => code(name));
  return names.length === 0
    ? ''
    : `, and the authorized ranges of ${listed(names, 4)} must hold them ${facts('AKS-56')}`;
}
