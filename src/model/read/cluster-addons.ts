import type { Place } from '../../diagnostics/index.ts';
import { isAbsent, isUnknown, itemsOf } from '../../values/index.ts';
import type { ClusterAddons } from '../azure/cluster.ts';
import type { AzureResource } from '../snapshot.ts';
import { scopeOf } from './neighbours.ts';
import { present } from './present.ts';
import { inside, type Source, sourceAt, sourceOf, valueIn } from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, choiceIn, flagIn, settingIn, textIn } from './scalars.ts';

/**
 * What is switched on in a cluster. A switch nobody knows is taken as on: an add-on only adds to what the cluster
 * must be able to reach.
 */
export function readClusterAddons(cluster: Source, resource: AzureResource): ClusterAddons {
  const at: Record<string, Place> = {};
  const on = (name: string, source: Source, property = 'enabled'): boolean => {
    const isOn = flagIn(source, property, true);
    if (isOn) at[name] = valueIn(source, property)?.at ?? source.at;
    return isOn;
  };
  const addon = (name: string) => inside(inside(cluster, 'addonProfiles'), name);
  const monitor = inside(cluster, 'azureMonitorProfile');
  const security = inside(cluster, 'securityProfile');
  const routing = inside(inside(cluster, 'ingressProfile'), 'webAppRouting');
  const nginx = settingIn(inside(routing, 'nginx'), 'defaultIngressControllerType');
  const policy = booleanIn(addon('azurepolicy'), 'enabled');
  const routed = booleanIn(routing, 'enabled');
  const hasOmsAgent = on('containerInsights', addon('omsagent'));
  const hasInsights = on('containerInsights', inside(monitor, 'containerInsights'));
  return {
    azurePolicy: on('azurePolicy', addon('azurepolicy')),
    ...(isUnknown(policy) ? { unknownAzurePolicy: policy } : {}),
    keyVaultCsi: on('keyVaultCsi', addon('azureKeyvaultSecretsProvider')),
    monitorMetrics: on('monitorMetrics', inside(monitor, 'metrics')),
    containerInsights: hasOmsAgent || hasInsights,
    appMonitoring: hasAppMonitoring(inside(monitor, 'appMonitoring')),
    defender: on('defender', inside(inside(security, 'defender'), 'securityMonitoring')),
    workloadIdentity: on('workloadIdentity', inside(security, 'workloadIdentity')),
    costAnalysis: on('costAnalysis', inside(inside(cluster, 'metricsProfile'), 'costAnalysis')),
    webAppRouting: on('webAppRouting', routing),
    ...(isUnknown(routed) ? { unknownWebAppRouting: routed } : {}),
    ...present({ webAppRoutingNginx: nginx }),
    ...readMesh(cluster, at),
    ...readGatewayAddon(addon('ingressApplicationGateway'), on),
    extensions: readExtensions(cluster, resource),
    at,
  };
}

/** Any part of application monitoring is enough. */
function hasAppMonitoring(profile: Source): boolean {
  const parts = ['autoInstrumentation', 'openTelemetryMetrics', 'openTelemetryLogsAndTraces'];
  return parts.some((name) => flagIn(inside(profile, name), 'enabled', true));
}

function readMesh(
  cluster: Source,
  at: Record<string, Place>,
): Pick<ClusterAddons, 'istio' | 'istioIngress'> {
  const profile = inside(cluster, 'serviceMeshProfile');
  const mode = choiceIn(profile, 'mode', ['Istio', 'Disabled'] as const);
  const istio = mode === 'Istio' || isUnknown(mode);
  if (istio) at['istio'] = profile.at;
  const components = inside(inside(profile, 'istio'), 'components');
  const gateways = isUnknown(profile.value) ? [] : itemsOf(valueIn(components, 'ingressGateways'));
  return {
    istio,
    istioIngress: gateways.map((value) => {
      const gateway = sourceAt(profile, value);
      return { mode: textIn(gateway, 'mode') ?? '', enabled: flagIn(gateway, 'enabled', true) };
    }),
  };
}

function readGatewayAddon(
  addon: Source,
  on: (name: string, source: Source) => boolean,
): Pick<ClusterAddons, 'applicationGateway'> {
  if (isAbsent(addon.value) || !on('applicationGateway', addon)) return {};
  const config = inside(addon, 'config');
  const gateway =
    referenceIn(config, 'effectiveApplicationGatewayId') ??
    referenceIn(config, 'applicationGatewayId');
  const subnet = referenceIn(config, 'subnetId');
  const subnetCidr = textIn(config, 'subnetCIDR');
  return {
    applicationGateway: {
      ...present({ gateway, subnet, subnetCidr }),
      at: addon.at,
    },
  };
}

/** Cluster extensions are resources that extend the cluster (ARM-12). O(extensions of the input). */
function readExtensions(cluster: Source, resource: AzureResource): ClusterAddons['extensions'] {
  const { reading } = cluster;
  return reading.children.extensions.flatMap((extension) => {
    if (scopeOf(extension.key) !== resource.key) return [];
    const source = sourceOf(reading, 'cluster extension', extension);
    const root = sourceAt(source, extension.body);
    const hasPlan = !isAbsent(valueIn(root, 'plan'));
    return [{ type: textIn(source, 'extensionType') ?? '', hasPlan }];
  });
}
