import { reloadCommand, sameButNamesCommand, statusCommand } from '../dns-proxy/commands.ts';
import { run } from '../dns-proxy.ts';
import { proxyMapsCommand } from '../proxy-maps.ts';
import { runStandAlone } from '../stand-alone.ts';

/** Bundled to one file, `dist/nva/dns-proxy.mjs`, which needs Node.js 18 and nothing else. */
await runStandAlone(
  'dns-proxy',
  {
    reload: reloadCommand,
    'same-but-names': sameButNamesCommand,
    status: statusCommand,
    'proxy-maps': proxyMapsCommand,
  },
  run,
);
