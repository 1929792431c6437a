import { formatPrefix } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { DnsAuthority } from './dns-authority.ts';
import type { Fabric } from './fabrics.ts';
import { INTERNET_ADDRESS } from './internet-host.ts';
import type { LabName, LabPlan, LabProcess } from './lab-plan.ts';
import { EVERYBODY, privateZones } from './private-zones.ts';
import { PLATFORM_DNS, prefixesOfVnet, type Seat } from './seat.ts';

/** One resolver per fabric behind 168.63.129.16, and the DNS of the internet; they differ in who sees which zone. */
export function dnsServers(
  network: Network,
  fabrics: readonly Fabric[],
  seats: readonly Seat[],
  names: readonly LabName[],
): Pick<LabPlan, 'files' | 'processes'> {
  const servers = [
    {
      host: 'internet',
      address: INTERNET_ADDRESS,
      zones: privateZones(network, seats).zones.filter(({ onlyFor }) =>
        onlyFor.includes(EVERYBODY),
      ),
      aliases: [],
    },
    ...fabrics.map((fabric) => {
      const own = seats.filter((seat) => seat.fabric === fabric.host);
      const near = new Set(
        fabric.vnetKeys.flatMap((key) => prefixesOfVnet(network, key).map(formatPrefix)),
      );
      const { zones, aliases } = privateZones(network, own);
      const seen = zones
        .map((view) => ({
          ...view,
          onlyFor: view.onlyFor.filter((text) => near.has(text) || text === EVERYBODY),
        }))
        .filter(({ onlyFor }) => onlyFor.length > 0);
      return { host: fabric.platform, address: PLATFORM_DNS, zones: seen, aliases };
    }),
  ];
  return {
    files: servers.map(({ host, address, zones, aliases }) => {
      const told: DnsAuthority = {
        listen: [{ address, port: 53 }],
        names,
        aliases,
        zones,
        log: `{folder}/logs/names-${host}.json`,
      };
      return { path: `names/${host}.json`, text: `${JSON.stringify(told, null, 1)}\n` };
    }),
    processes: servers.map(
      ({ host }): LabProcess => ({
        name: `names-${host}`,
        host,
        command: ['agent:dns-authority', `{folder}/names/${host}.json`],
        ready: { kind: 'line', text: 'ready' },
        restarts: true,
      }),
    ),
  };
}
