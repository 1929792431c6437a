import { type AzurermType, valueAt } from '../../azurerm/index.ts';
import { fromJson, type ObjectValue } from '../../values/index.ts';
import { withDefault } from './located-body.ts';

/** What Azure takes where nothing is written, and Terraform wants written. */
interface Default {
  readonly path: string;
  readonly value: string | boolean | object;
  /** Only where this switch of the resource is on. */
  readonly onlyWith?: string;
}

const API_SERVER = 'properties.apiServerAccessProfile';

const DEFAULTS: Readonly<Record<string, readonly Default[]>> = {
  azurerm_application_gateway: [
    {
      path: 'properties.backendHttpSettingsCollection.properties.cookieBasedAffinity',
      value: 'Disabled',
    },
  ],
  azurerm_firewall: [
    { path: 'properties.sku', value: { name: 'AZFW_VNet', tier: 'Standard' } },
    { path: 'properties.sku.name', value: 'AZFW_VNet' },
    { path: 'properties.sku.tier', value: 'Standard' },
  ],
  // AKS-97: Azure gives a private cluster a public name, too; the provider takes it away unless told otherwise.
  azurerm_kubernetes_cluster: [
    {
      path: `${API_SERVER}.enablePrivateClusterPublicFQDN`,
      value: true,
      onlyWith: `${API_SERVER}.enablePrivateCluster`,
    },
  ],
  azurerm_network_interface: [
    {
      path: 'properties.ipConfigurations.properties.privateIPAllocationMethod',
      value: 'Dynamic',
    },
  ],
};

/** A body with Azure's own defaults where azurerm has others or none. */
export function spokenOut({ terraform }: AzurermType, body: ObjectValue): ObjectValue {
  return (DEFAULTS[terraform] ?? []).reduce<ObjectValue>((here, { path, value, onlyWith }) => {
    const isOn = onlyWith === undefined ? undefined : valueAt(here, onlyWith);
    if (onlyWith !== undefined && !(isOn?.kind === 'boolean' && isOn.value)) return here;
    const changed = withDefault(here, path.split('.'), fromJson(value, body.at));
    return changed.kind === 'object' ? changed : here;
  }, body);
}

/** What is not written means one thing to Azure and another to the provider: these must be written, or be ARM. */
const SPOKEN: Readonly<Record<string, string>> = {
  azurerm_public_ip: 'sku.name',
  azurerm_lb: 'sku.name',
  azurerm_lb_outbound_rule: 'properties.allocatedOutboundPorts',
  azurerm_public_ip_prefix: 'properties.prefixLength',
};

export function changesDefaults({ terraform }: AzurermType, body: ObjectValue): boolean {
  const path = SPOKEN[terraform];
  return path !== undefined && valueAt(body, path) === undefined;
}
