import { it } from 'vitest';
import { firewallRules } from '/work/main/src/semantics/firewall/symbolic/index.ts';
import { context, firewall, ipGroup, networkCollection, networkRule, ports, reference, terms } from '/work/main/tests/conformance/firewall/build-firewall.ts';
it('p', () => {
  for (const kind of ['TCP','Any']) for (let k = 0; k < 4; k++) {
    const rules = Array.from({ length: 10_000 }, (_, index) => networkRule(`r${index}`, {
      sources: { addresses: terms(`10.${index & 127}.0.0/16`), ipGroups: index % 3 === 0 ? [reference('g')] : [], kubeSelectorGroups: [] },
      destinationAddresses: terms('AzureCloud.eastus', `20.0.${index >> 8}.0/24`),
      protocols: kind === 'TCP' ? ['TCP', 'UDP'] : ['Any'], destinationPorts: kind === 'TCP' ? ports(`${index % 50}`) : ports('*'),
    }));
    const groups = new Map([['g', ipGroup('g', terms('192.168.0.0/16'))]]);
    const parts = { collections: [networkCollection('c', 100, 'Allow', ...rules)] };
    const u = process.cpuUsage(); const t = performance.now();
    const l = firewallRules(firewall(parts), context({ ipGroups: groups }));
    console.log(kind, l.length, 'cpu ms', process.cpuUsage(u).user / 1000, 'wall', performance.now() - t);
  }
});
