import {
  ARM,
  address,
  bareId,
  IDENTITY,
  many,
  NAME,
  NAMED,
  one,
  setting,
  value,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, idOf, idsOf, NEGATED, switchedItem, TEXT_BOOLEAN } from '../conversions.ts';

const CRITICAL_ADDONS = 'CriticalAddonsOnly=true:NoSchedule';

/** Of a node pool, without what only one of the two blocks has. `at` is where its fields stand. */
function pool(at: '' | 'properties.'): readonly Attribute[] {
  const flag = (name: string, former: string, property: string) => [
    value(name, `${at}${property}`),
    value(former, `${at}${property}`, undefined, { until: 4 }),
  ];
  return [
    NAME,
    value('node_count', `${at}count`),
    value('min_count', `${at}minCount`),
    value('max_count', `${at}maxCount`),
    value('max_pods', `${at}maxPods`),
    value('vm_size', `${at}vmSize`),
    bareId('vnet_subnet_id', `${at}vnetSubnetID`, ARM.subnet),
    bareId('pod_subnet_id', `${at}podSubnetID`, ARM.subnet),
    value('zones', `${at}availabilityZones`),
    value('os_sku', `${at}osSKU`),
    value('os_disk_size_gb', `${at}osDiskSizeGB`),
    value('os_disk_type', `${at}osDiskType`),
    value('orchestrator_version', `${at}orchestratorVersion`),
    value('node_labels', `${at}nodeLabels`),
    bareId('node_public_ip_prefix_id', `${at}nodePublicIPPrefixID`, ARM.publicIpPrefix),
    value('fips_enabled', `${at}enableFIPS`),
    value('ultra_ssd_enabled', `${at}enableUltraSSD`),
    value('tags', `${at}tags`),
    ...flag('auto_scaling_enabled', 'enable_auto_scaling', 'enableAutoScaling'),
    ...flag('node_public_ip_enabled', 'enable_node_public_ip', 'enableNodePublicIP'),
    ...flag('host_encryption_enabled', 'enable_host_encryption', 'enableEncryptionAtHost'),
    one('upgrade_settings', `${at}upgradeSettings`, [
      value('max_surge', 'maxSurge'),
      ...(at === '' ? [] : [value('max_unavailable', 'maxUnavailable')]),
      value('drain_timeout_in_minutes', 'drainTimeoutInMinutes'),
      value('node_soak_duration_in_minutes', 'nodeSoakDurationInMinutes'),
      value('undrainable_node_behavior', 'undrainableNodeBehavior'),
    ]),
    one('node_network_profile', `${at}networkProfile`, [
      many('allowed_host_ports', 'allowedHostPorts', [
        value('port_start', 'portStart'),
        value('port_end', 'portEnd'),
        value('protocol', 'protocol'),
      ]),
      value(
        'application_security_group_ids',
        'applicationSecurityGroups',
        idOf(ARM.applicationSecurityGroup),
      ),
    ]),
  ];
}

const POOL_HARMLESS = [
  'node_public_ip_tags',
  'capacity_reservation_group_id',
  'gpu_driver',
  'gpu_instance',
  'host_group_id',
  'kubelet_config',
  'kubelet_disk_type',
  'linux_os_config',
  'node_image_version',
  'proximity_placement_group_id',
  'scale_down_mode',
  'snapshot_id',
  'temporary_name_for_rotation',
  'workload_runtime',
];

const NETWORK_PROFILE: readonly Attribute[] = [
  value('network_plugin', 'networkPlugin'),
  value('network_plugin_mode', 'networkPluginMode'),
  value('network_policy', 'networkPolicy'),
  value('network_data_plane', 'networkDataplane'),
  value('ebpf_data_plane', 'networkDataplane', undefined, { until: 4 }),
  value('network_mode', 'networkMode'),
  setting('outbound_type', 'outboundType', 'loadBalancer'),
  value('pod_cidr', 'podCidr'),
  value('pod_cidrs', 'podCidrs'),
  value('service_cidr', 'serviceCidr'),
  value('service_cidrs', 'serviceCidrs'),
  value('dns_service_ip', 'dnsServiceIP'),
  value('ip_versions', 'ipFamilies'),
  setting('load_balancer_sku', 'loadBalancerSku', 'standard'),
  one('load_balancer_profile', 'loadBalancerProfile', [
    value('managed_outbound_ip_count', 'managedOutboundIPs.count'),
    value('managed_outbound_ipv6_count', 'managedOutboundIPs.countIPv6'),
    value('outbound_ip_address_ids', 'outboundIPs.publicIPs', idsOf(ARM.publicIp)),
    value(
      'outbound_ip_prefix_ids',
      'outboundIPPrefixes.publicIPPrefixes',
      idsOf(ARM.publicIpPrefix),
    ),
    value('outbound_ports_allocated', 'allocatedOutboundPorts'),
    value('idle_timeout_in_minutes', 'idleTimeoutInMinutes'),
    value('backend_pool_type', 'backendPoolType'),
    value('effective_outbound_ips', 'effectiveOutboundIPs', idsOf(ARM.publicIp), { isTold: true }),
  ]),
  one('nat_gateway_profile', 'natGatewayProfile', [
    value('managed_outbound_ip_count', 'managedOutboundIPProfile.count'),
    value('idle_timeout_in_minutes', 'idleTimeoutInMinutes'),
    value('effective_outbound_ips', 'effectiveOutboundIPs', idsOf(ARM.publicIp), { isTold: true }),
  ]),
  one(
    'advanced_networking',
    'advancedNetworking',
    [
      value('observability_enabled', 'observability.enabled'),
      value('security_enabled', 'security.enabled'),
    ],
    { always: { enabled: true } },
  ),
];

const ADDONS: readonly Attribute[] = [
  value('azure_policy_enabled', 'properties.addonProfiles.azurepolicy.enabled'),
  value(
    'http_application_routing_enabled',
    'properties.addonProfiles.httpApplicationRouting.enabled',
  ),
  value('open_service_mesh_enabled', 'properties.addonProfiles.openServiceMesh.enabled'),
  one(
    'ingress_application_gateway',
    'properties.addonProfiles.ingressApplicationGateway',
    [
      value('subnet_cidr', 'config.subnetCIDR'),
      bareId('subnet_id', 'config.subnetId', ARM.subnet),
      bareId('gateway_id', 'config.applicationGatewayId', ARM.applicationGateway),
      value('gateway_name', 'config.applicationGatewayName'),
      bareId(
        'effective_gateway_id',
        'config.effectiveApplicationGatewayId',
        ARM.applicationGateway,
        {
          isTold: true,
        },
      ),
    ],
    { always: { enabled: true } },
  ),
  one(
    'oms_agent',
    'properties.addonProfiles.omsagent',
    [
      bareId('log_analytics_workspace_id', 'config.logAnalyticsWorkspaceResourceID', ARM.workspace),
      value('msi_auth_for_monitoring_enabled', 'config.useAADAuth', TEXT_BOOLEAN),
    ],
    { always: { enabled: true } },
  ),
  one(
    'key_vault_secrets_provider',
    'properties.addonProfiles.azureKeyvaultSecretsProvider',
    [
      value('secret_rotation_enabled', 'config.enableSecretRotation', TEXT_BOOLEAN),
      value('secret_rotation_interval', 'config.rotationPollInterval'),
    ],
    { always: { enabled: true } },
  ),
  one(
    'aci_connector_linux',
    'properties.addonProfiles.aciConnectorLinux',
    [value('subnet_name', 'config.SubnetName')],
    { always: { enabled: true } },
  ),
  one(
    'monitor_metrics',
    'properties.azureMonitorProfile.metrics',
    [
      value('annotations_allowed', 'kubeStateMetrics.metricAnnotationsAllowList'),
      value('labels_allowed', 'kubeStateMetrics.metricLabelsAllowlist'),
    ],
    { always: { enabled: true } },
  ),
  one(
    'microsoft_defender',
    'properties.securityProfile.defender',
    [bareId('log_analytics_workspace_id', 'logAnalyticsWorkspaceResourceId', ARM.workspace)],
    { always: { 'securityMonitoring.enabled': true } },
  ),
  one(
    'web_app_routing',
    'properties.ingressProfile.webAppRouting',
    [
      value('dns_zone_ids', 'dnsZoneResourceIds', idOf()),
      value('default_nginx_controller', 'nginx.defaultIngressControllerType'),
    ],
    { always: { enabled: true } },
  ),
  one('service_mesh_profile', 'properties.serviceMeshProfile', [
    value('mode', 'mode'),
    value('revisions', 'istio.revisions'),
    ...(['External', 'Internal'] as const).map((mode) =>
      value(
        `${mode.toLowerCase()}_ingress_gateway_enabled`,
        'istio.components.ingressGateways',
        switchedItem('mode', { mode, enabled: true }),
        { isItem: true },
      ),
    ),
  ]),
  value('workload_identity_enabled', 'properties.securityProfile.workloadIdentity.enabled'),
  value('oidc_issuer_enabled', 'properties.oidcIssuerProfile.enabled'),
  value('image_cleaner_enabled', 'properties.securityProfile.imageCleaner.enabled'),
  value('image_cleaner_interval_hours', 'properties.securityProfile.imageCleaner.intervalHours'),
  value('cost_analysis_enabled', 'properties.metricsProfile.costAnalysis.enabled'),
];

const API_SERVER = 'properties.apiServerAccessProfile';

export const CLUSTER: readonly AzurermType[] = [
  {
    terraform: 'azurerm_kubernetes_cluster',
    arm: ARM.cluster,
    identity: { kind: 'group' },
    always: { 'sku.name': 'Base' },
    attributes: [
      ...NAMED,
      IDENTITY,
      setting('sku_tier', 'sku.tier', 'Free'),
      value('kubernetes_version', 'properties.kubernetesVersion'),
      value('current_kubernetes_version', 'properties.currentKubernetesVersion', undefined, {
        isTold: true,
      }),
      value('dns_prefix', 'properties.dnsPrefix'),
      value('dns_prefix_private_cluster', 'properties.fqdnSubdomain'),
      value('fqdn', 'properties.fqdn', undefined, { isTold: true }),
      value('private_fqdn', 'properties.privateFQDN', undefined, { isTold: true }),
      value('node_resource_group', 'properties.nodeResourceGroup', undefined, { isTold: true }),
      setting('private_cluster_enabled', `${API_SERVER}.enablePrivateCluster`, false),
      value('private_cluster_public_fqdn_enabled', `${API_SERVER}.enablePrivateClusterPublicFQDN`),
      bareId('private_dns_zone_id', `${API_SERVER}.privateDNSZone`, ARM.privateDnsZone),
      value('run_command_enabled', `${API_SERVER}.disableRunCommand`, NEGATED),
      one('api_server_access_profile', API_SERVER, [
        address('authorized_ip_ranges', 'authorizedIPRanges'),
        bareId('subnet_id', 'subnetId', ARM.subnet),
        value('virtual_network_integration_enabled', 'enableVnetIntegration'),
        value('vnet_integration_enabled', 'enableVnetIntegration', undefined, { until: 4 }),
      ]),
      address('api_server_authorized_ip_ranges', `${API_SERVER}.authorizedIPRanges`, { until: 4 }),
      value('public_network_access_enabled', 'properties.publicNetworkAccess', ENABLED, {
        until: 4,
      }),
      one('network_profile', 'properties.networkProfile', NETWORK_PROFILE),
      many(
        'default_node_pool',
        'properties.agentPoolProfiles',
        [
          ...pool(''),
          setting('type', 'type', 'VirtualMachineScaleSets'),
          // The provider taints the nodes so that only add-ons are placed on them.
          value('only_critical_addons_enabled', 'nodeTaints', switchedItem('', CRITICAL_ADDONS), {
            isItem: true,
          }),
        ],
        { always: { mode: 'System' }, implies: { osType: 'Linux' } },
      ),
      ...ADDONS,
      value('automatic_upgrade_channel', 'properties.autoUpgradeProfile.upgradeChannel'),
      value(
        'automatic_channel_upgrade',
        'properties.autoUpgradeProfile.upgradeChannel',
        undefined,
        {
          until: 4,
        },
      ),
      value('node_os_upgrade_channel', 'properties.autoUpgradeProfile.nodeOSUpgradeChannel'),
      value(
        'node_os_channel_upgrade',
        'properties.autoUpgradeProfile.nodeOSUpgradeChannel',
        undefined,
        {
          until: 4,
        },
      ),
      value('local_account_disabled', 'properties.disableLocalAccounts'),
      setting('role_based_access_control_enabled', 'properties.enableRBAC', true),
      one(
        'azure_active_directory_role_based_access_control',
        'properties.aadProfile',
        [
          value('azure_rbac_enabled', 'enableAzureRBAC'),
          value('admin_group_object_ids', 'adminGroupObjectIDs'),
          value('tenant_id', 'tenantID'),
        ],
        { always: { managed: true } },
      ),
      one('http_proxy_config', 'properties.httpProxyConfig', [
        value('http_proxy', 'httpProxy'),
        value('https_proxy', 'httpsProxy'),
        value('no_proxy', 'noProxy'),
      ]),
      one('bootstrap_profile', 'properties.bootstrapProfile', [
        value('artifact_source', 'artifactSource'),
        bareId('container_registry_id', 'containerRegistryId'),
      ]),
      one('node_provisioning_profile', 'properties.nodeProvisioningProfile', [
        value('mode', 'mode'),
        value('default_node_pools', 'defaultNodePools'),
      ]),
      value('ai_toolchain_operator_enabled', 'properties.aiToolchainOperatorProfile.enabled'),
      value('support_plan', 'properties.supportPlan'),
    ],
    told: {
      'identity[0].principal_id': 'identity.principalId',
      'kubelet_identity[0].object_id': 'properties.identityProfile.kubeletidentity.objectId',
      oidc_issuer_url: 'properties.oidcIssuerProfile.issuerURL',
    },
    harmless: [
      'auto_scaler_profile',
      'certificate_authority',
      'confidential_computing',
      'custom_ca_trust_certificates_base64',
      'disk_encryption_set_id',
      'edge_zone',
      'http_application_routing_zone_name',
      'key_management_service',
      'kube_admin_config',
      'kube_admin_config_raw',
      'kube_config',
      'kube_config_raw',
      'kubelet_identity',
      'linux_profile',
      'maintenance_window',
      'maintenance_window_auto_upgrade',
      'maintenance_window_node_os',
      'node_resource_group_id',
      'oidc_issuer_url',
      'portal_fqdn',
      'service_principal',
      'storage_profile',
      'trusted_ca',
      'upgrade_override',
      'windows_profile',
      'workload_autoscaler_profile',
      ...POOL_HARMLESS,
    ],
  },
  {
    terraform: 'azurerm_kubernetes_cluster_node_pool',
    arm: `${ARM.cluster}/agentPools`,
    identity: { kind: 'parent-id', parent: 'kubernetes_cluster_id' },
    attributes: [
      ...pool('properties.'),
      setting('mode', 'properties.mode', 'User'),
      setting('os_type', 'properties.osType', 'Linux'),
      value('node_taints', 'properties.nodeTaints'),
      value('priority', 'properties.scaleSetPriority'),
      value('eviction_policy', 'properties.scaleSetEvictionPolicy'),
      value('spot_max_price', 'properties.spotMaxPrice'),
    ],
    harmless: [...POOL_HARMLESS, 'windows_profile'],
  },
  {
    terraform: 'azurerm_kubernetes_cluster_extension',
    arm: 'Microsoft.KubernetesConfiguration/extensions',
    identity: { kind: 'extension', scope: 'cluster_id' },
    attributes: [
      NAME,
      value('extension_type', 'properties.extensionType'),
      value('version', 'properties.version'),
      value('release_train', 'properties.releaseTrain'),
      value('configuration_settings', 'properties.configurationSettings'),
      value('release_namespace', 'properties.scope.cluster.releaseNamespace'),
      value('target_namespace', 'properties.scope.namespace.targetNamespace'),
      one('plan', 'plan', [
        NAME,
        value('product', 'product'),
        value('publisher', 'publisher'),
        value('promotion_code', 'promotionCode'),
        value('version', 'version'),
      ]),
    ],
    harmless: ['aks_assigned_identity', 'configuration_protected_settings', 'current_version'],
  },
];
