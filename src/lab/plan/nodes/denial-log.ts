import type { LabProcess } from '../lab-plan.ts';
import type { NodeSeat } from '../node-seat.ts';
import { DENIAL_GROUP } from './nft-text.ts';

/** Writes what policies of a node refuse as JSON lines, each with the direction and the policies that isolate the pod (lab-design 4.5). */
export function denialLog({ host }: NodeSeat): {
  readonly process: LabProcess;
  readonly file: { readonly path: string; readonly text: string };
} {
  const path = `policies/${host}.conf`;
  const log = `{folder}/logs/policies-${host}.json`;
  return {
    process: {
      name: `policies-${host}`,
      host,
      command: ['/usr/sbin/ulogd', '-c', `{folder}/${path}`],
      ready: { kind: 'file', path: log },
      restarts: true,
    },
    file: { path, text: configuration(log, `{folder}/policies/${host}.log`) },
  };
}

function configuration(log: string, own: string): string {
  const plugins = 'inppkt_NFLOG raw2packet_BASE filter_IFINDEX filter_IP2STR output_JSON'.split(
    ' ',
  );
  return [
    '[global]',
    `logfile="${own}"`,
    'loglevel=5',
    ...plugins.map((name) => `plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_${name}.so"`),
    'stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,json1:JSON',
    '[log1]',
    `group=${DENIAL_GROUP}`,
    'bind=1',
    'numeric_label=0',
    'netlink_qthreshold=1',
    '[json1]',
    'sync=1',
    `file="${log}"`,
    '',
  ].join('\n');
}
