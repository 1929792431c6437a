import { ulogdText } from '../../appliance/index.ts';

/** Stands in a plan for the folder of ulogd's plugins, as `{folder}` does for the lab's: the machine that makes the lab knows it. */
export const ULOGD_PLUGINS = '{ulogd-plugins}';

/** Told at once: who looks at the log has just made the connection. */
export function labUlogdText(group: number, events: string, log: string): string {
  const socket = ['netlink_qthreshold=1'];
  return ulogdText({ group, events, log, plugins: ULOGD_PLUGINS, socket });
}
