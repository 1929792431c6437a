import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: the table of aks.md 10.1, asked on 2026-11-21 unless a case says otherwise; azure-networking.md 4.2, 9.1. */
const sound = soundPerimeter();
const NETWORK = 'aks/properties/networkProfile';
const POOL = 'aks/properties/agentPoolProfiles/0';
const own = (type: string, name: string, rest: Json): Json => ({
  id: net(type, name),
  type: `Microsoft.Network/${type}`,
  name,
  ...rest,
});
const flowLog = (targetResourceId: unknown) =>
  changed(sound, 'flows/properties/targetResourceId', targetResourceId);
const pool = (osSKU: unknown, perimeter: Perimeter = sound) =>
  changed(perimeter, `${POOL}/osSKU`, osSKU);
const NSG = net('networkSecurityGroups', 'nsg');

describe('cluster and network pieces of aks.md 10.1', () => {
  pinCheck('retired/nsg-flow-logs-creation', {
    pass: of(flowLog(net('virtualNetworks', 'spoke'))),
    fail: of(flowLog(NSG), {
      says: 'flows: since 2025-06-30 no new flow logs on network security groups can be made.',
    }),
    unknown: of(flowLog(unknown('the target')), { says: 'the target' }),
  });
  pinCheck('retired/nsg-flow-logs', {
    pass: of(flowLog(net('virtualNetworks', 'spoke'))),
    fail: of(flowLog(NSG.toUpperCase()), {
      says: 'flows: from 2027-09-30 flow logs on network security groups are removed.',
    }),
    unknown: of(flowLog(unknown('the target'))),
  });

  const identity = (enabled: unknown) =>
    changed(sound, 'aks/properties/podIdentityProfile', { enabled });
  pinCheck('retired/pod-managed-identity', {
    pass: of(identity(false)),
    fail: of(identity(true), { says: 'aks: since 2025-09 pod-managed identity is unsupported.' }),
    unknown: of(identity(unknown('the switch')), { says: 'needs the switch' }),
  });

  const balancer = (name: unknown): Perimeter => ({
    ...sound,
    lb: own('loadBalancers', 'lb', { sku: { name }, properties: {} }),
  });
  pinCheck('retired/basic-load-balancer', {
    pass: of(balancer('Standard')),
    fail: of(balancer('Basic'), { says: 'lb: since 2025-09-30 Basic load balancers are retired.' }),
    unknown: of(balancer(unknown('the SKU')), { says: 'needs the SKU' }),
  });
  pinCheck('retired/basic-public-ip', {
    pass: of(changed(sound, 'pip-3/sku/name', 'StandardV2')),
    fail: of(changed(sound, 'pip-3/sku/name', 'basic'), {
      says: 'pip-3: since 2025-09-30 Basic public addresses are retired.',
    }),
    unknown: of(changed(sound, 'pip-3/sku/name', unknown('the SKU'))),
  });

  const policy = (networkPolicy: unknown, osType = 'Linux') =>
    changed(changed(sound, `${NETWORK}/networkPolicy`, networkPolicy), `${POOL}/osType`, osType);
  pinCheck('retired/azure-npm-windows', {
    pass: of(policy('calico', 'Windows')),
    fail: of(policy('azure', 'Windows'), {
      says: 'aks: since 2026-09-30 Azure NPM on Windows is unsupported.',
    }),
    unknown: of(policy(unknown('the engine'), 'Windows')),
  });
  pinCheck('retired/azure-npm-linux', {
    pass: of(policy('cilium')),
    fail: of(policy('Azure'), { says: 'aks: from 2028-09-30 Azure NPM on Linux is unsupported.' }),
    unknown: of(policy(unknown('the engine'))),
  });

  const plugin = (networkPlugin: unknown) =>
    changed(sound, `${NETWORK}/networkPlugin`, networkPlugin);
  pinCheck('retired/kubenet', {
    pass: of(plugin('azure')),
    fail: of(plugin('kubenet'), { says: 'aks: from 2028-03-31 kubenet is retired.' }),
    unknown: of(plugin(unknown('the plugin'))),
  });

  it('retired/basic-load-balancer: the load balancer of a cluster', () => {
    const ask = asking('retired/basic-load-balancer');
    const sku = (text: unknown) => changed(sound, `${NETWORK}/loadBalancerSku`, text);
    expect(ask.messages(sku('Basic'))).toEqual([
      'aks: since 2025-09-30 Basic load balancers are retired.',
    ]);
    expect(ask.kind(sku('standard'))).toBe('pass');
    expect(ask.kind(sku(unknown('it')))).toBe('unknown');
  });

  it('retired/azure-npm-windows: NPM without a Windows pool is the other retirement', () => {
    const ask = asking('retired/azure-npm-windows');
    expect(ask.kind(policy('azure'))).toBe('pass');
    expect(ask.kind(policy(unknown('the engine')))).toBe('pass');
  });
});

describe('node images of aks.md 10.1', () => {
  pinCheck('retired/azure-linux-2', {
    pass: of(pool('AzureLinux3')),
    fail: of(pool('CBLMariner'), {
      says: 'aks/system: since 2025-11-30 Azure Linux 2 node images are unsupported.',
    }),
    unknown: of(pool(unknown('the OS')), { says: 'needs the OS' }),
  });
  pinCheck('retired/azure-linux-2-images', {
    pass: of(pool('Ubuntu')),
    fail: of(pool('cblmariner'), {
      says: 'aks/system: since 2026-03-31 Azure Linux 2 node images are removed.',
    }),
    unknown: of(pool(unknown('the OS'))),
  });
  pinCheck('retired/windows-2019', {
    pass: of(pool('Windows2025')),
    fail: of(pool('Windows2019'), {
      says: 'aks/system: since 2026-03-01 Windows Server 2019 node pools are retired.',
    }),
    unknown: of(pool(unknown('the OS'))),
  });
  pinCheck('retired/windows-2022', {
    pass: of(pool('Windows2025')),
    fail: of(pool('windows2022'), {
      says: 'aks/system: from 2028-06-30 Windows Server 2022 node pools are retired.',
    }),
    unknown: of(pool(unknown('the OS'))),
  });
  pinCheck('retired/ubuntu-2204', {
    pass: of(pool('Ubuntu2404')),
    fail: of(pool('Ubuntu2204'), {
      says: 'aks/system: from 2027-06-30 Ubuntu 22.04 node images are retired.',
    }),
    unknown: of(pool(unknown('the OS'))),
  });

  // 10.1: `osSKU AzureLinux` with a version 2 image.
  it.each([
    ['AKSAzureLinux-V2gen2-202510.19.0', '1.34.2', 'fail'],
    ['AKSAzureLinux-V3gen2-202510.19.0', '1.31.9', 'pass'],
    ['AKSCBLMariner-V2gen2-202409.1.0', undefined, 'fail'],
    [undefined, '1.34.2', 'pass'],
    [undefined, '1.32.0', 'pass'],
    [undefined, '1.31.9', 'fail'],
    [undefined, undefined, 'unknown'],
  ])(
    'retired/azure-linux-2: AzureLinux with image %s on Kubernetes %s: %s',
    (image, version, kind) => {
      const perimeter = changed(
        changed(pool('AzureLinux'), `${POOL}/nodeImageVersion`, image),
        'aks/properties/kubernetesVersion',
        version,
      );
      expect(asking('retired/azure-linux-2').kind(perimeter)).toBe(kind);
    },
  );
});

describe('gateways of aks.md 10.1 and NET-19', () => {
  const tier = (text: unknown) => changed(sound, 'agw/properties/sku/tier', text);
  pinCheck('retired/application-gateway-v1', {
    pass: of(tier('Standard_v2')),
    fail: of(tier('WAF'), { says: 'agw: since 2026-04-28 Application Gateway v1 is retired.' }),
    unknown: of(tier(unknown('the tier')), { says: 'needs the tier' }),
  });
  // Unknown never: the configuration is written or it is not, whatever it holds.
  const CONFIGURATION = 'agw/properties/webApplicationFirewallConfiguration';
  pinCheck('retired/inline-waf-configuration', {
    pass: of(sound),
    fail: of(changed(sound, CONFIGURATION, { enabled: true, firewallMode: 'Prevention' }), {
      says: 'agw: from 2027-03-15 WAF configuration inside the gateway is retired.',
    }),
  });

  // 9.1: current names are Standard_v2, WAF_v2, Basic, Basic_v2, Basic_WAF_v2.
  it.each([
    ['Standard', 'Standard_Medium', 'fail'],
    ['standard', undefined, 'fail'],
    [undefined, 'WAF_Large', 'fail'],
    [undefined, 'WAF_v2', 'pass'],
    ['Basic', 'Basic', 'pass'],
    ['Basic_v2', 'Basic_v2', 'pass'],
    ['WAF_v2', 'WAF_v2', 'pass'],
    [undefined, unknown('the name'), 'unknown'],
  ])('AZS-74: tier %s, name %j: %s', (text, name, kind) => {
    const perimeter = changed(sound, 'agw/properties/sku', { tier: text, name });
    expect(asking('retired/application-gateway-v1').kind(perimeter)).toBe(kind);
  });
});

describe('default outbound access', () => {
  const id = 'retired/default-outbound-access';
  const ask = asking(id);
  const ENDPOINTS = 'spoke/properties/subnets/1/properties';
  const NODES = 'spoke/properties/subnets/0/properties';
  const madeWith = (version: string | undefined) =>
    changed(changed(sound, 'spoke/apiVersion', version), 'hub/apiVersion', version);
  const access = (value: unknown, subnet = ENDPOINTS, version: string | undefined = '2026-05-01') =>
    changed(madeWith(version), `${subnet}/defaultOutboundAccess`, value);
  pinCheck('retired/default-outbound-access', {
    pass: of(access(false)),
    fail: of(access(undefined), {
      says: 'endpoints: since 2026-03-31 subnets of new virtual networks have no implicit outbound access.',
    }),
    unknown: of(access(unknown('the setting')), { says: 'needs the setting' }),
  });

  it(`${id}: an explicit value settles it, and networks that have it keep it`, () => {
    expect(ask.kind(access(true))).toBe('pass');
    expect(ask.severities(access(undefined))).toEqual(['note']);
  });

  it(`${id}: AZS-06: only API versions after the date make subnets private by themselves`, () => {
    expect(ask.kind(access(undefined, ENDPOINTS, '2026-03-31'))).toBe('pass');
    expect(ask.kind(access(undefined, ENDPOINTS, '2026-04-01'))).toBe('fail');
    // An export: the network exists and keeps what it has.
    expect(ask.kind(changed(sound, `${ENDPOINTS}/defaultOutboundAccess`, undefined))).toBe(
      'not-applicable',
    );
  });

  it(`${id}: routes through a firewall are unaffected (4.2)`, () => {
    const nodes = access(undefined, NODES);
    expect(ask.kind(nodes)).toBe('pass');
    // Without its route the cluster, which brings no way out of its own, leans on it.
    expect(ask.kind(changed(nodes, 'rt/properties/routes', []))).toBe('fail');
    expect(ask.kind(without(nodes, 'rt'))).toBe('unknown');
  });

  it(`${id}: a NAT gateway, or the load balancer of a cluster, is a way out of its own`, () => {
    const nat = (value: unknown) => changed(access(undefined), `${ENDPOINTS}/natGateway`, value);
    expect(ask.kind(nat({ id: net('natGateways', 'nat') }))).toBe('pass');
    expect(ask.kind(nat(unknown('which one')))).toBe('unknown');
    const routeless = changed(access(undefined, NODES), 'rt/properties/routes', []);
    const outbound = (type: unknown) => changed(routeless, `${NETWORK}/outboundType`, type);
    expect(ask.kind(outbound('loadBalancer'))).toBe('pass');
    expect(ask.kind(outbound(undefined))).toBe('pass');
    expect(ask.kind(outbound(unknown('the type')))).toBe('unknown');
    expect(ask.kind(outbound('none'))).toBe('fail');
  });

  it(`${id}: subnets of platform services are not asked`, () => {
    expect(ask.kind(access(undefined, 'hub/properties/subnets/0/properties'))).toBe('pass');
    expect(ask.kind(access(undefined, 'hub/properties/subnets/2/properties'))).toBe('pass');
    expect(ask.kind(access(undefined, 'hub/properties/subnets/1/properties'))).toBe('fail');
  });
});

describe('NGINX', () => {
  const ingress = (spec: Json, annotations: Json = {}): Json => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'web', annotations },
    spec: { rules: [], ...spec },
  });
  const ingressClass = (name: string, controller: string, annotations: Json = {}): Json => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations },
    spec: { controller },
  });
  const UPSTREAM = 'k8s.io/ingress-nginx';
  const DEFAULT = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  pinCheck('retired/ingress-nginx', {
    pass: { objects: [ingress({ ingressClassName: 'azure-application-gateway' })] },
    fail: {
      objects: [ingress({ ingressClassName: 'nginx' }), ingressClass('nginx', UPSTREAM)],
      says: 'web/shop: since 2026-03 the upstream Ingress-NGINX project stopped.',
    },
    // The name alone does not tell whose controller it is.
    unknown: {
      objects: [ingress({ ingressClassName: 'nginx' })],
      says: 'needs the controller of IngressClass `nginx`',
    },
  });

  it.each([
    [
      'the annotation of before',
      [ingress({}, { 'kubernetes.io/ingress.class': 'nginx' }), ingressClass('nginx', UPSTREAM)],
      'fail',
    ],
    [
      'a class by its controller',
      [ingress({ ingressClassName: 'inner' }), ingressClass('inner', UPSTREAM)],
      'fail',
    ],
    [
      'another project of that name',
      [
        ingress({ ingressClassName: 'nginx' }),
        ingressClass('nginx', 'nginx.org/ingress-controller'),
      ],
      'pass',
    ],
    ['the add-on', [ingress({ ingressClassName: 'webapprouting.kubernetes.azure.com' })], 'pass'],
    ['the default class', [ingress({}), ingressClass('inner', UPSTREAM, DEFAULT)], 'fail'],
    [
      'another default class',
      [ingress({}), ingressClass('agic', 'azure/application-gateway', DEFAULT)],
      'pass',
    ],
    ['no default class', [ingress({}), ingressClass('inner', UPSTREAM)], 'pass'],
    ['no class in sight', [ingress({})], 'unknown'],
    ['no Ingress', [ingressClass('nginx', UPSTREAM)], 'not-applicable'],
  ] as const)('retired/ingress-nginx: %s', (_, objects, kind) => {
    expect(outcomeOf('retired/ingress-nginx', { objects }).kind).toBe(kind);
  });

  const routing = (webAppRouting: Json) =>
    changed(sound, 'aks/properties/ingressProfile', { webAppRouting });
  const nginx = (type: unknown) => ({
    enabled: true,
    nginx: { defaultIngressControllerType: type },
  });
  pinCheck('retired/app-routing-nginx', {
    pass: of(routing(nginx('None'))),
    fail: of(routing(nginx('AnnotationControlled')), {
      says: 'aks: since 2026-11 the application routing add-on stops patching NGINX.',
    }),
    unknown: of(routing(nginx(unknown('the controller type')))),
  });

  it('retired/app-routing-nginx: on by default with the add-on; the add-on itself may be unknown', () => {
    const ask = asking('retired/app-routing-nginx');
    expect(ask.kind(routing({ enabled: true }))).toBe('fail');
    expect(ask.kind(routing({ enabled: false }))).toBe('pass');
    expect(ask.kind(routing({ enabled: unknown('the switch') }))).toBe('unknown');
    expect(ask.kind(routing({ ...nginx('none'), enabled: unknown('the switch') }))).toBe('pass');
    expect(ask.kind(without(sound, 'aks'))).toBe('not-applicable');
  });
});

describe('the day decides how bad it is', () => {
  const INLINE = changed(sound, 'agw/properties/webApplicationFirewallConfiguration', {
    enabled: true,
  });
  const V1 = changed(sound, 'agw/properties/sku/tier', 'Standard');
  const NPM = changed(sound, `${NETWORK}/networkPolicy`, 'azure');
  const APP = changed(sound, 'aks/properties/ingressProfile', { webAppRouting: { enabled: true } });
  // Note, warning in the last year, error from the day on; 9.1: v1 is an error; NET-19: inline before its day a warning.
  it.each([
    ['retired/application-gateway-v1', '2025-04-27', 'note', 'from', V1],
    ['retired/application-gateway-v1', '2025-04-28', 'warning', 'from', V1],
    ['retired/application-gateway-v1', '2026-04-27', 'warning', 'from', V1],
    ['retired/application-gateway-v1', '2026-04-28', 'error', 'since', V1],
    ['retired/inline-waf-configuration', '2026-11-21', 'warning', 'from', INLINE],
    ['retired/inline-waf-configuration', '2027-03-15', 'error', 'since', INLINE],
    ['retired/azure-npm-linux', '2026-11-21', 'note', 'from', NPM],
    ['retired/azure-npm-linux', '2028-09-30', 'error', 'since', NPM],
    // A month counts from its first day on.
    ['retired/app-routing-nginx', '2025-10-31', 'note', 'from', APP],
    ['retired/app-routing-nginx', '2025-11-01', 'warning', 'from', APP],
    ['retired/app-routing-nginx', '2026-10-31', 'warning', 'from', APP],
    ['retired/app-routing-nginx', '2026-11-01', 'error', 'since', APP],
    // What exists keeps working.
    ['retired/nsg-flow-logs-creation', '2025-06-29', 'note', 'from', flowLog(NSG)],
    ['retired/nsg-flow-logs-creation', '2026-11-21', 'note', 'since', flowLog(NSG)],
    ['retired/nsg-flow-logs', '2026-11-21', 'warning', 'from', flowLog(NSG)],
    ['retired/nsg-flow-logs', '2027-09-30', 'error', 'since', flowLog(NSG)],
  ])('AKS-95: %s as of %s: %s', (id, asOf, severity, word, perimeter) => {
    const ask = asking(id);
    expect(ask.severities(perimeter, { asOf })).toEqual([severity]);
    expect(ask.messages(perimeter, { asOf })[0]).toMatch(new RegExp(`: ${word} \\d{4}-\\d{2}`));
  });

  it('every advice names something to do', () => {
    const outcome = outcomeOf('retired/windows-2019', of(pool('Windows2019')));
    expect(outcome.kind === 'fail' && outcome.findings[0]?.fix).toContain('Windows2025');
    const npm = outcomeOf('retired/azure-npm-linux', of(NPM));
    expect(npm.kind === 'fail' && npm.findings[0]?.fix).toBe('use Cilium');
  });
});
