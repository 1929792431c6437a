import { describe, expect, it } from 'vitest';
import { bundledDatasets } from '../../io/index.ts';
import { classifyDenial, type DeniedFlow, threatKey } from './classify-denial.ts';
import { needsOf } from './needed-egress.ts';

const findNeed = needsOf(undefined, bundledDatasets());
const known = {
  hits: new Set([threatKey('10.1.0.4', 'bad.example')]),
  listed: (target: string) => target === '192.0.2.66',
};
const flow: DeniedFlow = {
  ...{ source: '10.1.0.4', target: '', port: 443, protocol: 'HTTPS', stage: 'application' },
  reason: '',
};
const classOf = (part: Partial<DeniedFlow>) =>
  classifyDenial({ ...flow, ...part }, findNeed, known);

describe('a denied flow is', () => {
  it.each([
    ['needed', { target: 'mcr.microsoft.com' }, 'Artifact Registry'],
    ['needed', { target: 'packages.aks.azure.com' }, 'CNI binaries'],
    // A regional name whose region nobody said.
    ['needed', { target: 'x1.hcp.westeurope.azmk8s.io' }, 'API server'],
    ['noise', { target: 'md-1abc.z1.blob.storage.azure.net' }, 'disk'],
    ['noise', { target: '198.51.100.7', protocol: 'UDP', stage: 'network' }, 'QUIC'],
    ['noise', { target: '239.255.255.250', protocol: 'UDP', port: 1900, stage: 'network' }, ''],
    ['noise', { target: '198.51.100.7', protocol: 'UDP', port: 137, stage: 'network' }, 'NetBIOS'],
    ['threat', { target: 'bad.example' }, 'same flow'],
    ['threat', { target: '192.0.2.66', stage: 'network' }, 'threat list'],
    ['threat', { target: 'mcr.microsoft.com', stage: 'threat' }, 'threat intelligence'],
    ['unknown', { target: 'telemetry.vendor.example' }, ''],
    ['unknown', { target: 'security.ubuntu.com', port: 80, protocol: 'HTTP' }, 'not required'],
    ['unknown', { reason: 'SNI TLS extension was missing.' }, 'API server by its address'],
    // Another port, another protocol: not what is needed.
    ['unknown', { target: 'mcr.microsoft.com', port: 80, protocol: 'HTTP' }, ''],
    ['unknown', { target: 'evilmcr.microsoft.com' }, ''],
    ['unknown', { target: 'mcr.microsoft.com.evil.example' }, ''],
  ] as const)('%s: %o', (expected, part, reason) => {
    const { class: found, why } = classOf(part);
    expect([found, why.includes(reason) ? reason : why]).toEqual([expected, reason]);
  });

  it('a fault with the entry of the list it answers to', () => {
    const { need } = classOf({ target: 'packages.aks.azure.com' });
    expect(need?.entry.id).toBe('app-packages-aks');
    expect(need?.applies).toBe('perhaps');
  });

  it('of no class by a name that is a pattern of its own', () => {
    for (const target of ['*', '.*', '(((((', '[a-z]+', `${'a.'.repeat(20_000)}x`]) {
      expect(classOf({ target }).class).toBe('unknown');
    }
  });
});
