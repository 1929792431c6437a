import { describe, expect, it } from 'vitest';
import { importPaths } from '../../../src/importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../../src/io/index.ts';
import { path, type Value } from '../../../src/values/index.ts';

/** iac-formats 4.1, 4.2: ids that a configuration puts together of others, and resources in ARM's own words. */

const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;

async function read(text: string) {
  const files = memoryFileSystem({ 'main.tf': text });
  const options = { subscriptionId: SUBSCRIPTION };
  const snapshot = await importPaths(files, ['.'], options, bundledDatasets());
  const at = (id: string, ...names: readonly string[]): Value | undefined =>
    path(snapshot.resources.get(id.toLowerCase())?.body, ...names);
  return { at, keys: [...snapshot.resources.keys()] };
}

const GROUP_DATA = 'data "azurerm_resource_group" "main" {\n  name = "rg"\n}\n';

describe('ids put together of others', () => {
  it('a text that starts with the id of a group is an id below that group', async () => {
    const { at } = await read(`${GROUP_DATA}
resource "azurerm_firewall_policy" "p" {
  name                = "p"
  resource_group_name = "rg"
  location            = "westeurope"
  base_policy_id      = "\${data.azurerm_resource_group.main.id}/providers/Microsoft.Network/firewallPolicies/base"
}
`);
    const policies = `${GROUP}/providers/Microsoft.Network/firewallPolicies`;
    expect(at(`${policies}/p`, 'properties', 'basePolicy', 'id')).toMatchObject({
      kind: 'string',
      value: `${policies}/base`,
    });
  });

  it('the subscription asked for is the one deployed to', async () => {
    const { at } = await read(`${GROUP_DATA}
data "azurerm_subscription" "current" {}

resource "azurerm_role_assignment" "r" {
  name               = "r"
  scope              = data.azurerm_resource_group.main.id
  principal_id       = "p"
  role_definition_id = "/subscriptions/\${data.azurerm_subscription.current.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/x"
}

resource "azurerm_role_assignment" "s" {
  name               = "s"
  scope              = data.azurerm_subscription.current.id
  principal_id       = "p"
  role_definition_id = "\${data.azurerm_subscription.current.id}/providers/Microsoft.Authorization/roleDefinitions/x"
}
`);
    const definition = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/x`;
    for (const [scope, name] of [
      [GROUP, 'r'],
      [`/subscriptions/${SUBSCRIPTION}`, 's'],
    ]) {
      const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
      expect(at(id, 'properties', 'roleDefinitionId')).toMatchObject({ value: definition });
    }
  });

  it('a text of which a part stays unknown stays unknown, under what is known of it', async () => {
    const { at } = await read(`
variable "who" {}

resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  tags                = { it = "of \${var.who}" }
}
`);
    const id = `${GROUP}/providers/Microsoft.Network/routeTables/t`;
    expect(at(id, 'tags', 'it')).toMatchObject({ kind: 'unknown', reason: 'missing-parameter' });
  });
});

describe('resources in the words of ARM', () => {
  const FIREWALL = `${GROUP_DATA}
resource "azurerm_user_assigned_identity" "i" {
  name                = "i"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azapi_resource" "fw" {
  type      = "Microsoft.Network/azureFirewalls@2024-05-01"
  name      = "fw"
  parent_id = data.azurerm_resource_group.main.id
  body      = { properties = {} }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.i.id]
  }
}

resource "azapi_resource" "pip" {
  type      = "Microsoft.Network/publicIPAddresses@2024-05-01"
  name      = "pip"
  parent_id = data.azurerm_resource_group.main.id
  body      = { properties = {} }
}

resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"

  route {
    name                   = "out"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azapi_resource.fw.output.properties.ipConfigurations[0].properties.privateIPAddress
  }

  tags = { at = azapi_resource.pip.output.properties.ipAddress }
}
`;

  it('the identities of the block are those of the resource', async () => {
    const { at } = await read(FIREWALL);
    const id = `${GROUP}/providers/Microsoft.Network/azureFirewalls/fw`;
    const identity = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i`;
    expect(at(id, 'identity', 'type')).toMatchObject({ value: 'UserAssigned' });
    expect(at(id, 'identity', 'userAssignedIdentities', identity)).toMatchObject({
      kind: 'object',
    });
  });

  it('an address in an answer is the address of the resource, as every other format names it', async () => {
    const { at } = await read(FIREWALL);
    const table = `${GROUP}/providers/Microsoft.Network/routeTables/t`;
    const hop = at(`${table}/routes/out`, 'properties', 'nextHopIpAddress');
    const N = `${GROUP}/providers/Microsoft.Network`.toLowerCase();
    expect(hop).toMatchObject({ symbol: `private-address:${N}/azurefirewalls/fw` });
    expect(at(table, 'tags', 'at')).toMatchObject({
      symbol: `public-address:${N}/publicipaddresses/pip`,
    });
  });
});

it('a part on the same condition as its owner is certainly in it', async () => {
  const { at } = await read(`
variable "wanted" {
  type = bool
}

resource "azurerm_lb" "lb" {
  count               = var.wanted ? 1 : 0
  name                = "lb"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_lb_backend_address_pool" "pool" {
  count           = var.wanted ? 1 : 0
  name            = "pool"
  loadbalancer_id = azurerm_lb.lb[0].id
}
`);
  const id = `${GROUP}/providers/Microsoft.Network/loadBalancers/lb`;
  expect(at(id, 'properties', 'backendAddressPools')).toMatchObject({
    items: [{ kind: 'object' }],
  });
});
