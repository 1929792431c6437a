import { compileAppliance } from '../../appliance/index.ts';
import { addressSetHas } from '../../net/index.ts';
import { type FirewallPlacement, type Network, targetOf } from '../../network/index.ts';
import {
  type EmissionContext,
  headerText,
  type NetworkEmitter,
} from '../diagram/network-emitter.ts';
import type { EmittedFile } from '../emitter.ts';
import type { Loss } from '../plan/index.ts';
import { CUSTOM_DATA_BYTES_MAX, cloudInit } from './cloud-init.ts';
import { machineFiles } from './machine-files.ts';
import { machinePage } from './machine-page.ts';
import { machineSite } from './machine-site.ts';

export const NVA: NetworkEmitter = {
  target: 'nva',
  describe: 'each firewall as a Linux machine: nftables, HAProxy, DNS proxy, logs, cloud-init',
  emit: async (network, told) => {
    const { programs } = told;
    const header = headerText(network, told.tool);
    const folders = folderNames([...network.firewalls.values()]);
    const files: EmittedFile[] = [];
    const losses: Loss[] = [];
    if (programs === undefined && folders.size > 0) {
      losses.push({
        what: 'the DNS proxy and the log writer',
        why: 'their programs were not at hand; build the package and emit again',
      });
    }
    for (const [placement, folder] of folders) {
      const made = machineOf(network, placement, header, told);
      losses.push(...made.losses);
      files.push(...made.files.map(({ path, text }) => ({ path: `${folder}/${path}`, text })));
    }
    return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), losses };
  },
};

function machineOf(
  network: Network,
  placement: FirewallPlacement,
  header: string,
  { programs = new Map(), compressed, managementSources = [] }: EmissionContext,
): { readonly files: readonly EmittedFile[]; readonly losses: readonly Loss[] } {
  const { firewall } = placement;
  const what = `firewall \`${firewall.name}\``;
  const machine = machineSite(placement, managementSources);
  if (machine === undefined) {
    const why =
      'nothing says which private address it has, nor in which subnet it lies; give it with --assume';
    return { files: [], losses: [{ what, why, at: firewall.at }] };
  }
  const appliance = compileAppliance({
    firewall: placement,
    perimeter: network.perimeter,
    network,
    datasets: network.perimeter.snapshot.datasets,
    site: machine.site,
  });
  const files = machineFiles(header, appliance, machine, firewall.id, programs);
  const { file: start, bytes } = cloudInit(header, files, compressed);
  const losses: Loss[] = appliance.gaps.map((gap) => ({
    what: `${what}, ${gap.what}`,
    why: gap.why,
    ...(gap.at === undefined ? {} : { at: gap.at }),
  }));
  const subnet = targetOf(placement.subnet);
  const beyond = machine.publicPairs.filter(
    ({ onInterface }) => subnet !== undefined && !addressSetHas(subnet.addresses, onInterface),
  );
  if (beyond.length > 0) {
    const why = `${beyond.length} of its public addresses find no address of their own behind the first one in the subnet: name others in public-addresses.nft`;
    losses.push({ what, why, at: firewall.at });
  }
  if (bytes > CUSTOM_DATA_BYTES_MAX) {
    const why = `it has ${bytes} bytes and Azure takes ${CUSTOM_DATA_BYTES_MAX} as custom data: copy the folder, or put it into an image`;
    losses.push({ what: `${what}, cloud-init.yaml`, why, at: firewall.at });
  }
  return { files: [...files, start, machinePage(header, appliance, machine, bytes)], losses };
}

/** Names of the person's own as far as every file system takes them; two of one name are told apart by a number. */
function folderNames(
  placements: readonly FirewallPlacement[],
): ReadonlyMap<FirewallPlacement, string> {
  const taken = new Set<string>();
  const names = new Map<FirewallPlacement, string>();
  const sorted = [...placements].sort((a, b) => (a.firewall.key < b.firewall.key ? -1 : 1));
  for (const placement of sorted) {
    const base =
      placement.firewall.name
        .replace(/[^A-Za-z0-9_-]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 60) || 'firewall';
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base}-${number}`;
    taken.add(name.toLowerCase());
    names.set(placement, name);
  }
  return names;
}
