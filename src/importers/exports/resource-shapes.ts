/**
 * Where ARM wraps the fields of a part of a resource in `properties`, and which fields stand beside it. The az CLI
 * lifts `properties` into its owner, everywhere; this table says where to put them back.
 * Drawn from the public type definitions (Azure/bicep-types-az, commit 1f896de2d, newest stable version of each
 * type). Back references that Azure only shows (`networkInterfaces`, `subnets` of a route table…) are left out.
 */
export interface ResourceShape {
  /** Names beside `properties`, besides `id`, `name`, `type` and `etag`. Lower case. */
  readonly beside?: readonly string[];
  /** An object without a `properties` of its own, with wrapped parts inside. */
  readonly isFlat?: true;
  /** Members of `properties` (in lower case) that hold a wrapped part, or an array of them. */
  readonly inside?: Readonly<Record<string, PartName>>;
}

export type PartName =
  | 'applicationGatewayBackendAddressPool'
  | 'applicationGatewayLoadDistributionPolicy'
  | 'applicationGatewayPrivateLinkConfiguration'
  | 'applicationGatewayUrlPathMap'
  | 'applicationSecurityGroup'
  | 'backendAddressPool'
  | 'frontendIPConfiguration'
  | 'inboundNatRule'
  | 'networkInterfaceIPConfiguration'
  | 'networkSecurityGroup'
  | 'part'
  | 'privateLinkServiceIpConfiguration'
  | 'publicIPAddress'
  | 'routeTable'
  | 'securityRule'
  | 'serviceEndpointPolicy'
  | 'subnet'
  | 'vpnClientConfiguration';

export const PART_SHAPES: Readonly<Record<PartName, ResourceShape>> = {
  applicationGatewayBackendAddressPool: {
    inside: { backendipconfigurations: 'networkInterfaceIPConfiguration' },
  },
  applicationGatewayLoadDistributionPolicy: { inside: { loaddistributiontargets: 'part' } },
  applicationGatewayPrivateLinkConfiguration: { inside: { ipconfigurations: 'part' } },
  applicationGatewayUrlPathMap: { inside: { pathrules: 'part' } },
  applicationSecurityGroup: { beside: ['location', 'tags'] },
  backendAddressPool: {
    inside: {
      loadbalancerbackendaddresses: 'part',
      backendipconfigurations: 'networkInterfaceIPConfiguration',
    },
  },
  frontendIPConfiguration: {
    beside: ['zones'],
    inside: { subnet: 'subnet', publicipaddress: 'publicIPAddress' },
  },
  inboundNatRule: { inside: { backendipconfiguration: 'networkInterfaceIPConfiguration' } },
  networkInterfaceIPConfiguration: {
    inside: {
      applicationgatewaybackendaddresspools: 'applicationGatewayBackendAddressPool',
      loadbalancerbackendaddresspools: 'backendAddressPool',
      loadbalancerinboundnatrules: 'inboundNatRule',
      subnet: 'subnet',
      publicipaddress: 'publicIPAddress',
      applicationsecuritygroups: 'applicationSecurityGroup',
    },
  },
  networkSecurityGroup: {
    beside: ['location', 'tags'],
    inside: { securityrules: 'securityRule', defaultsecurityrules: 'securityRule' },
  },
  part: {},
  privateLinkServiceIpConfiguration: { inside: { subnet: 'subnet' } },
  publicIPAddress: { beside: ['extendedlocation', 'location', 'sku', 'tags', 'zones'] },
  routeTable: { beside: ['location', 'tags'], inside: { routes: 'part' } },
  securityRule: {
    inside: {
      sourceapplicationsecuritygroups: 'applicationSecurityGroup',
      destinationapplicationsecuritygroups: 'applicationSecurityGroup',
    },
  },
  serviceEndpointPolicy: {
    beside: ['kind', 'location', 'tags'],
    inside: { serviceendpointpolicydefinitions: 'part' },
  },
  subnet: {
    inside: {
      networksecuritygroup: 'networkSecurityGroup',
      routetable: 'routeTable',
      serviceendpointpolicies: 'serviceEndpointPolicy',
      delegations: 'part',
      applicationgatewayipconfigurations: 'part',
    },
  },
  vpnClientConfiguration: {
    isFlat: true,
    inside: {
      vpnclientrootcertificates: 'part',
      vpnclientrevokedcertificates: 'part',
      vngclientconnectionconfigurations: 'part',
    },
  },
};

/** By type in lower case. */
export const RESOURCE_SHAPES: Readonly<Record<string, ResourceShape>> = {
  'microsoft.authorization/locks': { beside: ['systemdata'] },
  'microsoft.authorization/roleassignments': { beside: ['systemdata'] },
  'microsoft.containerregistry/registries': {
    beside: ['identity', 'location', 'sku', 'systemdata', 'tags'],
  },
  'microsoft.containerservice/managedclusters': {
    beside: [
      'etag',
      'extendedlocation',
      'identity',
      'kind',
      'location',
      'sku',
      'systemdata',
      'tags',
    ],
  },
  'microsoft.containerservice/managedclusters/agentpools': { beside: ['systemdata'] },
  'microsoft.containerservice/managedclusters/maintenanceconfigurations': {
    beside: ['systemdata'],
  },
  'microsoft.containerservice/managedclusters/managednamespaces': {
    beside: ['etag', 'location', 'systemdata', 'tags'],
  },
  'microsoft.insights/diagnosticsettings': { beside: ['systemdata'] },
  'microsoft.insights/scheduledqueryrules': {
    beside: ['identity', 'kind', 'location', 'systemdata', 'tags'],
  },
  'microsoft.keyvault/vaults': { beside: ['location', 'systemdata', 'tags'] },
  'microsoft.managedidentity/userassignedidentities': {
    beside: ['location', 'systemdata', 'tags'],
  },
  'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials': {
    beside: ['systemdata'],
  },
  'microsoft.network/applicationgateways': {
    beside: ['identity', 'location', 'tags', 'zones'],
    inside: {
      gatewayipconfigurations: 'part',
      authenticationcertificates: 'part',
      trustedrootcertificates: 'part',
      trustedclientcertificates: 'part',
      sslcertificates: 'part',
      frontendipconfigurations: 'part',
      frontendports: 'part',
      probes: 'part',
      backendaddresspools: 'applicationGatewayBackendAddressPool',
      backendhttpsettingscollection: 'part',
      backendsettingscollection: 'part',
      httplisteners: 'part',
      listeners: 'part',
      sslprofiles: 'part',
      urlpathmaps: 'applicationGatewayUrlPathMap',
      requestroutingrules: 'part',
      routingrules: 'part',
      rewriterulesets: 'part',
      redirectconfigurations: 'part',
      privatelinkconfigurations: 'applicationGatewayPrivateLinkConfiguration',
      loaddistributionpolicies: 'applicationGatewayLoadDistributionPolicy',
      entrajwtvalidationconfigs: 'part',
    },
  },
  'microsoft.network/applicationgatewaywebapplicationfirewallpolicies': {
    beside: ['location', 'tags'],
  },
  'microsoft.network/applicationsecuritygroups': { beside: ['location', 'tags'] },
  'microsoft.network/azurefirewalls': {
    beside: ['extendedlocation', 'location', 'tags', 'zones'],
    inside: {
      applicationrulecollections: 'part',
      natrulecollections: 'part',
      networkrulecollections: 'part',
      ipconfigurations: 'part',
      managementipconfiguration: 'part',
    },
  },
  'microsoft.network/bastionhosts': {
    beside: ['location', 'sku', 'tags', 'zones'],
    inside: { ipconfigurations: 'part' },
  },
  'microsoft.network/ddosprotectionplans': { beside: ['location', 'tags'] },
  'microsoft.network/dnsforwardingrulesets': { beside: ['location', 'systemdata', 'tags'] },
  'microsoft.network/dnsforwardingrulesets/forwardingrules': { beside: ['systemdata'] },
  'microsoft.network/dnsforwardingrulesets/virtualnetworklinks': { beside: ['systemdata'] },
  'microsoft.network/dnsresolvers': { beside: ['location', 'systemdata', 'tags'] },
  'microsoft.network/dnsresolvers/inboundendpoints': { beside: ['location', 'systemdata', 'tags'] },
  'microsoft.network/dnsresolvers/outboundendpoints': {
    beside: ['location', 'systemdata', 'tags'],
  },
  'microsoft.network/dnszones': { beside: ['location', 'tags'] },
  'microsoft.network/dnszones/a': {},
  'microsoft.network/firewallpolicies': { beside: ['identity', 'location', 'tags'] },
  'microsoft.network/firewallpolicies/firewallpolicydrafts': { beside: ['location', 'tags'] },
  'microsoft.network/firewallpolicies/rulecollectiongroups': {},
  'microsoft.network/firewallpolicies/rulecollectiongroups/rulecollectiongroupdrafts': {},
  'microsoft.network/firewallpolicies/signatureoverrides': {},
  'microsoft.network/ipgroups': { beside: ['location', 'tags'] },
  'microsoft.network/loadbalancers': {
    beside: ['extendedlocation', 'location', 'sku', 'tags'],
    inside: {
      frontendipconfigurations: 'frontendIPConfiguration',
      backendaddresspools: 'backendAddressPool',
      loadbalancingrules: 'part',
      probes: 'part',
      inboundnatrules: 'inboundNatRule',
      inboundnatpools: 'part',
      outboundrules: 'part',
    },
  },
  'microsoft.network/natgateways': { beside: ['location', 'sku', 'tags', 'zones'] },
  'microsoft.network/networkinterfaces': {
    beside: ['extendedlocation', 'location', 'tags'],
    inside: {
      networksecuritygroup: 'networkSecurityGroup',
      ipconfigurations: 'networkInterfaceIPConfiguration',
    },
  },
  'microsoft.network/networksecuritygroups': {
    beside: ['location', 'tags'],
    inside: { securityrules: 'securityRule', defaultsecurityrules: 'securityRule' },
  },
  'microsoft.network/networksecuritygroups/securityrules': {
    inside: {
      sourceapplicationsecuritygroups: 'applicationSecurityGroup',
      destinationapplicationsecuritygroups: 'applicationSecurityGroup',
    },
  },
  'microsoft.network/networkwatchers': { beside: ['location', 'tags'] },
  'microsoft.network/networkwatchers/flowlogs': { beside: ['identity', 'location', 'tags'] },
  'microsoft.network/privatednszones': { beside: ['location', 'systemdata', 'tags'] },
  'microsoft.network/privatednszones/a': { beside: ['systemdata'] },
  'microsoft.network/privatednszones/cname': { beside: ['systemdata'] },
  'microsoft.network/privatednszones/virtualnetworklinks': {
    beside: ['location', 'systemdata', 'tags'],
  },
  'microsoft.network/privateendpoints': {
    beside: ['extendedlocation', 'location', 'tags'],
    inside: {
      subnet: 'subnet',
      privatelinkserviceconnections: 'part',
      manualprivatelinkserviceconnections: 'part',
      applicationsecuritygroups: 'applicationSecurityGroup',
      ipconfigurations: 'part',
    },
  },
  'microsoft.network/privateendpoints/privatednszonegroups': {
    inside: { privatednszoneconfigs: 'part' },
  },
  'microsoft.network/privatelinkservices': {
    beside: ['extendedlocation', 'location', 'tags'],
    inside: {
      loadbalancerfrontendipconfigurations: 'frontendIPConfiguration',
      ipconfigurations: 'privateLinkServiceIpConfiguration',
    },
  },
  'microsoft.network/publicipaddresses': {
    beside: ['extendedlocation', 'location', 'sku', 'tags', 'zones'],
  },
  'microsoft.network/publicipprefixes': {
    beside: ['extendedlocation', 'location', 'sku', 'tags', 'zones'],
  },
  'microsoft.network/routetables': { beside: ['location', 'tags'], inside: { routes: 'part' } },
  'microsoft.network/routetables/routes': {},
  'microsoft.network/serviceendpointpolicies': {
    beside: ['kind', 'location', 'tags'],
    inside: { serviceendpointpolicydefinitions: 'part' },
  },
  'microsoft.network/virtualhubs': {
    beside: ['kind', 'location', 'tags'],
    inside: { virtualhubroutetablev2s: 'part' },
  },
  'microsoft.network/virtualhubs/hubroutetables': {},
  'microsoft.network/virtualhubs/hubvirtualnetworkconnections': {},
  'microsoft.network/virtualhubs/routingintent': {},
  'microsoft.network/virtualnetworkgateways': {
    beside: ['extendedlocation', 'identity', 'location', 'tags'],
    inside: {
      ipconfigurations: 'part',
      vpnclientconfiguration: 'vpnClientConfiguration',
      virtualnetworkgatewaypolicygroups: 'part',
      natrules: 'part',
    },
  },
  'microsoft.network/virtualnetworks': {
    beside: ['extendedlocation', 'location', 'tags'],
    inside: { subnets: 'subnet', virtualnetworkpeerings: 'part' },
  },
  'microsoft.network/virtualnetworks/subnets': {
    inside: {
      networksecuritygroup: 'networkSecurityGroup',
      routetable: 'routeTable',
      serviceendpointpolicies: 'serviceEndpointPolicy',
      delegations: 'part',
      applicationgatewayipconfigurations: 'part',
    },
  },
  'microsoft.network/virtualnetworks/virtualnetworkpeerings': {},
  'microsoft.network/virtualwans': { beside: ['location', 'tags'] },
  'microsoft.operationalinsights/workspaces': {
    beside: ['identity', 'location', 'systemdata', 'tags'],
  },
  'microsoft.operationalinsights/workspaces/tables': { beside: ['systemdata'] },
  'microsoft.resources/deployments': { beside: ['identity', 'location', 'systemdata', 'tags'] },
  'microsoft.resources/resourcegroups': { beside: ['location', 'managedby', 'systemdata', 'tags'] },
};
