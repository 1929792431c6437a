import type { Network } from '../../network/index.ts';
import type { Diagram } from '../diagram/index.ts';
import { counted, listed } from '../diagram/words.ts';
import { addressPlan } from './address-plan.ts';
import { apiServerPage } from './api-server-page.ts';
import type { DocumentOptions } from './document-options.ts';
import { egressPage } from './egress-page.ts';
import { ingressPage } from './ingress-page.ts';
import { limitsPage } from './limits-page.ts';
import { loggingPage } from './logging-page.ts';
import { fenced, prose } from './markdown.ts';
import { namesPage } from './names-page.ts';

/** What this perimeter is, for people who did not build it. Every sentence comes from the snapshot or names a fact. */
export function architecturePage(
  network: Network,
  diagram: Diagram,
  header: string,
  { paths = ['.'], findings }: DocumentOptions,
): string {
  const lines = [
    `# ${prose(diagram.topology.title)}`,
    '',
    header,
    '',
    summary(network),
    '',
    'Ids in parentheses are facts about Azure and Kubernetes; `docs/facts.md` of Sallyport names the source and the date of each.',
    '',
    '## Picture',
    '',
    ...fenced('mermaid', diagram.mermaid),
    ...diagram.topology.notes.flatMap((note) => [prose(note), '']),
    ...addressPlan(network),
    ...egressPage(network, paths),
    ...ingressPage(network, paths),
    ...apiServerPage(network, paths),
    ...namesPage(network),
    ...loggingPage(network),
    ...limitsPage(network, findings),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function summary({ perimeter, vnets, subnets, firewalls, clusters }: Network): string {
  const { pods } = perimeter.kubernetes;
  const own = clusters
    .flatMap(({ cluster }) => (cluster === undefined ? [] : [cluster.name]))
    .sort();
  const spaces = new Set(pods.map(({ namespace }) => namespace)).size;
  const parts = [
    `${counted(vnets.size, 'virtual network')} with ${counted(subnets.size, 'subnet')}`,
    counted(firewalls.size, 'Azure Firewall'),
    own.length === 0
      ? 'no AKS cluster'
      : `${counted(own.length, 'AKS cluster')} (${prose(listed(own, 4))})`,
    ...(perimeter.applicationGateways.size === 0
      ? []
      : [counted(perimeter.applicationGateways.size, 'Application Gateway')]),
    ...(pods.length === 0
      ? []
      : [`${counted(pods.length, 'workload')} in ${counted(spaces, 'namespace')}`]),
  ];
  return `${parts.join(', ')}.`;
}
