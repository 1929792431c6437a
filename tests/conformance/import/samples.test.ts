import { describe, expect, it } from 'vitest';
import { codes, importFiles, kindsOf, sampleFiles, typesOf } from './import-files.ts';

/** Counts from the README beside the samples, taken with an independent evaluator. */
describe('samples: manifests', () => {
  const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];

  async function check(
    names: readonly string[],
    expected: { workloads: number; services: number; policies: number },
  ) {
    const all = sampleFiles('kubernetes');
    const files = Object.fromEntries(
      Object.entries(all).filter(([path]) => names.some((name) => path.startsWith(name))),
    );
    const snapshot = await importFiles(files);
    const kinds = kindsOf(snapshot);
    const workloads = WORKLOADS.reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0);
    expect({
      workloads,
      services: kinds['Service'] ?? 0,
      policies: kinds['NetworkPolicy'] ?? 0,
    }).toEqual(expected);
    expect(snapshot.diagnostics).toEqual([]);
    expect([...snapshot.objects.values()].every((object) => object.namespace === 'default')).toBe(
      true,
    );
  }

  it('the AKS store quickstart has 4 workloads and 4 Services', () =>
    check(['aks-store-demo/aks-store-quickstart.yaml'], {
      workloads: 4,
      services: 4,
      policies: 0,
    }));

  it('the whole AKS store has 9 workloads and 7 Services', () =>
    check(['aks-store-demo/aks-store-all-in-one.yaml'], {
      workloads: 9,
      services: 7,
      policies: 0,
    }));

  it('the online boutique has 12 workloads and 12 Services', () =>
    check(['online-boutique/kubernetes'], { workloads: 12, services: 12, policies: 0 }));

  it('with its policies it has 13 NetworkPolicies, and the kustomization is no object', () =>
    check(['online-boutique'], { workloads: 12, services: 12, policies: 13 }));

  it('variants of one application in one folder contradict each other, and say so at both places', async () => {
    const snapshot = await importFiles(sampleFiles('kubernetes/aks-store-demo'));
    const twice = snapshot.diagnostics.filter(({ code }) => code === 'snapshot/defined-twice');
    expect(twice.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /`Service default\/store-front` is defined at aks-store-all-in-one\.yaml:435 and, differently, at aks-store-quickstart\.yaml:271/,
      ),
    );
  });
});

describe('samples: Azure', () => {
  it('every file is read or named with what to do about it', async () => {
    const snapshot = await importFiles(sampleFiles('azure'));
    const outcomes = Object.fromEntries(
      snapshot.files
        .filter(({ recognisedAs }) => recognisedAs !== 'other file')
        .map(({ file, outcome, recognisedAs, detail }) => [
          file,
          `${outcome} | ${recognisedAs} | ${detail}`,
        ]),
    );
    expect(outcomes).toEqual({
      'arm/avm-firewall-policy-module.json':
        'read | ARM template (compiled Bicep 0.46.1.21595) | 1 resource',
      'arm/firewall-with-ip-prefix.json': 'read | ARM template (compiled Bicep dev) | 4 resources',
      'arm/premium-policy-github.json': 'read | ARM template | 3 resources',
      'arm/vnet-subnet-udr.json': 'read | ARM template (compiled Bicep dev) | 2 resources',
      'azcli/aks-egress-walkthrough.azcli': expect.stringContaining('not-understood | az script'),
      'azcli/hub-spoke-policy.azcli': expect.stringContaining('not-understood | az script'),
      'live/aks-nat-gateway.json': 'read | Azure export | 1 resource',
      'live/rcg-with-fqdns.json': 'read | Azure export | 1 resource',
      'terraform/aks-hub-spoke-egress.tf': 'read | Terraform configuration | 19 resources',
    });
    expect(snapshot.gaps.map(({ what }) => what)).toEqual([
      'az script azcli/aks-egress-walkthrough.azcli and 1 more in azcli',
    ]);
  });

  it('firewall-with-ip-prefix: one VNet with its subnet, one prefix, one public address, one firewall', async () => {
    const files = sampleFiles('azure/arm');
    const name = 'firewall-with-ip-prefix.json';
    const snapshot = await importFiles({ [name]: files[name]! });
    expect(typesOf(snapshot)).toEqual({
      'microsoft.network/virtualnetworks': 1,
      'microsoft.network/virtualnetworks/subnets': 1,
      'microsoft.network/publicipprefixes': 1,
      'microsoft.network/publicipaddresses': 1,
      'microsoft.network/azurefirewalls': 1,
    });
  });

  it('vnet-subnet-udr: the route table is there by default, and gone with its parameter; the subnet stays', async () => {
    const files = { 'a.json': sampleFiles('azure/arm')['vnet-subnet-udr.json']! };
    expect(typesOf(await importFiles(files))).toMatchObject({
      'microsoft.network/routetables': 1,
      'microsoft.network/virtualnetworks/subnets': 1,
    });
    const without = await importFiles(files, { parameters: { createUserDefinedRoutes: 'false' } });
    expect(typesOf(without)).toEqual({
      'microsoft.network/virtualnetworks': 1,
      'microsoft.network/virtualnetworks/subnets': 1,
    });
  });

  it('avm-firewall-policy-module: the required parameter is named', async () => {
    const name = 'avm-firewall-policy-module.json';
    const snapshot = await importFiles({ [name]: sampleFiles('azure/arm')[name]! });
    expect(codes(snapshot.diagnostics)).toContainEqual(
      expect.stringContaining('arm/parameter-missing'),
    );
    expect(snapshot.diagnostics.map(({ message }) => message).join('\n')).toContain('`name`');
  });

  it('live: the node pool of a cluster becomes a resource of its own', async () => {
    const snapshot = await importFiles(sampleFiles('azure/live'));
    expect(typesOf(snapshot)).toEqual({
      'microsoft.containerservice/managedclusters': 1,
      'microsoft.containerservice/managedclusters/agentpools': 1,
      'microsoft.network/firewallpolicies/rulecollectiongroups': 1,
    });
    expect(snapshot.diagnostics).toEqual([]);
  });
});
