import type { LabProcess } from '../lab-plan.ts';
import { labUlogdText } from '../lab-ulogd.ts';
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
    file: { path, text: labUlogdText(DENIAL_GROUP, log, `{folder}/policies/${host}.log`) },
  };
}
