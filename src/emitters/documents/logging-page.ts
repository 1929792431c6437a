import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey } from '../diagram/places.ts';
import { referenceText } from '../diagram/words.ts';
import { logsOf } from './firewall-logs.ts';
import { code, facts, prose, shortTable } from './markdown.ts';

const ROWS_MAX = 60;

/** Who logs what, and who does not. */
export function loggingPage(network: Network): readonly string[] {
  const { perimeter } = network;
  const rows = [
    ...byKey(network.firewalls).map(({ firewall }) => row(network, 'firewall', firewall)),
    ...byKey(perimeter.applicationGateways).map((each) =>
      row(network, 'Application Gateway', each),
    ),
    ...byKey(perimeter.clusters).map((each) => row(network, 'cluster', each)),
  ];
  const flows = byKey(perimeter.flowLogs).map(({ name, target, enabled }) => {
    const state = isUnknown(enabled)
      ? 'whether it is on is not known'
      : enabled === false
        ? 'switched off'
        : 'on';
    return `- Flow log ${code(name)} of ${target === undefined ? 'an unnamed target' : code(referenceText(target))}: ${state}.`;
  });
  return [
    '## Logging',
    '',
    ...shortTable(['what', 'sends', 'into the tables'], rows, ROWS_MAX, 'resources'),
    ...(flows.length === 0
      ? [`No flow log is in the input ${facts('AZN-43')}.`, '']
      : [...flows, '']),
  ];
}

function row(
  network: Network,
  kind: string,
  { key, name }: { readonly key: string; readonly name: string },
): readonly string[] {
  const logs = logsOf(network, key);
  const what = `${kind} ${code(name)}`;
  if (logs === undefined) return [what, 'nothing: no diagnostic setting in the input', ''];
  const unsure = logs.isUnsure ? ', and categories whose state is not known' : '';
  const sends = logs.categories.length === 0 ? 'no category' : logs.categories.map(code).join(', ');
  const where = logs.hasDestination ? '' : ' (no destination written)';
  return [
    what,
    `${sends}${unsure}${where}`,
    logs.tables.length === 0 ? prose('not known from the input') : logs.tables.map(code).join(', '),
  ];
}
