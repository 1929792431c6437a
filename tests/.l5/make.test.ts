import { gzipSync } from 'node:zlib';
import { mkdirSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { makeRecord } from '../../src/logs/generate/make-record.ts';
import { structuredRecord } from '../../src/logs/generate/index.ts';
it('make', () => {
  const FW = '/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-STORE/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/AKS-EGRESS-FW';
  const START = Date.parse('2026-11-01T00:00:00Z') * 1000;
  const HOUR = 3600e6;
  const rule = (ruleCollection: string, rule: string) => ({ policy: '', ruleCollectionGroup: '', ruleCollection, rule });
  const web = rule('aksfwarweb', 'website'), storage = rule('aksfwarweb', 'storage'), aks = rule('aksfwar', 'fqdn');
  const names: [string, ReturnType<typeof rule>][] = [
    ['ghcr.io', web], ['registry-1.docker.io', web], ['auth.docker.io', web], ['production.cloudflare.docker.com', web],
    ['pkg-containers.githubusercontent.com', web], ['storebackup.blob.core.windows.net', storage], ['mcr.microsoft.com', aks],
  ];
  const out: { time: number; text: string }[] = [];
  const add = (record: ReturnType<typeof makeRecord>) => out.push({ time: record.time, text: JSON.stringify(structuredRecord(record)) });
  const app = (time: number, sourceIp: string, fqdn: string, port: number, extra: object, n: number) => add(makeRecord('application', time, FW, {
    protocol: 'HTTPS', sourceIp, sourcePort: 32768 + (n * 7919) % 28000, destinationPort: port, fqdn, targetUrl: '', isTlsInspected: false, webCategory: '', isExplicitProxyRequest: false, ...extra }));
  let n = 0;
  for (let hour = 0; hour < 192; hour += 1) {
    names.forEach(([fqdn, by], at) => {
      n += 1;
      app(START + hour * HOUR + at * 411e6 + (n % 60) * 1e6, `10.42.1.${4 + ((hour + at) % 3)}`, fqdn, 443, { action: 'Allow', actionReason: '', ...by }, n);
    });
    for (let at = 0; at < 2; at += 1) {
      n += 1;
      add(makeRecord('network', START + hour * HOUR + at * 1700e6 + 30e6, FW, { protocol: 'UDP', sourceIp: `10.42.1.${4 + ((hour + at) % 3)}`, sourcePort: 40000 + n % 20000, destinationIp: '185.125.190.58', destinationPort: 123, action: 'Allow', actionReason: '', ...rule('aksfwnr', 'time') }));
    }
  }
  // The incident: the last hour of the eighth day.
  const night = START + 191 * HOUR;
  for (let at = 0; at < 60; at += 1) {
    n += 1;
    app(night + at * 55e6, '10.42.1.5', 'zx81drop.blob.core.windows.net', 443, { action: 'Allow', actionReason: '', ...storage }, n);
  }
  for (let at = 0; at < 40; at += 1) {
    n += 1;
    app(night + at * 80e6, '10.42.1.5', 'paste.example', 443, { action: 'Deny', actionReason: 'Default Action', ...rule('', '') }, n);
  }
  out.sort((a, b) => a.time - b.time);
  mkdirSync('examples/incident/logs', { recursive: true });
  writeFileSync('examples/incident/logs/firewall.json.gz', gzipSync(out.map(({ text }) => `${text}\n`).join(''), { level: 9 }));
  console.log(out.length, out[0]!.text);
});
