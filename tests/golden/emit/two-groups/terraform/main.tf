# Written by sallyport 0.0.0 from input c099a1f557d04ca3

locals {
  tags = {
    owner      = "o'brien"
    costCentre = "$${not-an-expression}"
  }
}

data "azurerm_subscription" "current" {}

data "azurerm_resource_group" "rg_spoke" {
  name = var.spoke_resource_group
}

data "azurerm_log_analytics_workspace" "workspace_shared" {
  name                = var.workspace_shared_name
  resource_group_name = var.shared_resource_group
}

resource "azurerm_user_assigned_identity" "identity" {
  name                = var.identity_name
  resource_group_name = var.spoke_resource_group
  location            = var.location
}

resource "azurerm_firewall_policy" "policy" {
  name                = var.policy_name
  resource_group_name = var.hub_resource_group
  location            = var.location
  sku                 = "Standard"
}

resource "azurerm_firewall_policy_rule_collection_group" "rcg_bfirst" {
  name               = "b-first"
  firewall_policy_id = azurerm_firewall_policy.policy.id
  priority           = 100
}

resource "azurerm_firewall_policy_rule_collection_group" "rcg_asecond" {
  name               = "a-second"
  firewall_policy_id = azurerm_firewall_policy.policy.id
  priority           = 200

  depends_on = [azurerm_firewall_policy_rule_collection_group.rcg_bfirst]
}

resource "azurerm_firewall_policy_rule_collection_group" "rcg_cthird" {
  name               = "c-third"
  firewall_policy_id = azurerm_firewall_policy.policy.id
  priority           = 300

  depends_on = [azurerm_firewall_policy_rule_collection_group.rcg_asecond]
}

resource "azurerm_public_ip" "public_ip" {
  name                = var.public_ip_name
  resource_group_name = var.hub_resource_group
  location            = var.location
  tags                = local.tags
  sku                 = "Standard"
  allocation_method   = "Static"
}

resource "azurerm_route_table" "route_table_jump" {
  name                          = var.route_table_jump_name
  resource_group_name           = var.hub_resource_group
  location                      = var.location
  bgp_route_propagation_enabled = false
}

resource "azurerm_route" "stop" {
  name                = "stop"
  resource_group_name = var.hub_resource_group
  route_table_name    = azurerm_route_table.route_table_jump.name
  address_prefix      = "10.9.0.0/16"
  next_hop_type       = "None"
}

resource "azurerm_virtual_network" "hub" {
  name                = var.hub_name
  resource_group_name = var.hub_resource_group
  location            = var.location
  tags                = local.tags
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_subnet" "azure_firewall_subnet" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = var.hub_resource_group
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.0.0/26"]
}

resource "azurerm_subnet" "jump" {
  name                 = "jump"
  resource_group_name  = var.hub_resource_group
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet_route_table_association" "jump" {
  subnet_id      = azurerm_subnet.jump.id
  route_table_id = azurerm_route_table.route_table_jump.id
}

resource "azurerm_firewall" "firewall" {
  name                = var.firewall_name
  resource_group_name = var.hub_resource_group
  location            = var.location
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.policy.id

  ip_configuration {
    name                 = "ipconfig"
    subnet_id            = azurerm_subnet.azure_firewall_subnet.id
    public_ip_address_id = azurerm_public_ip.public_ip.id
  }

  depends_on = [azurerm_firewall_policy_rule_collection_group.rcg_cthird]
}

resource "azurerm_monitor_diagnostic_setting" "diagnostics" {
  name                       = "to-log"
  target_resource_id         = azurerm_firewall.firewall.id
  log_analytics_workspace_id = data.azurerm_log_analytics_workspace.workspace_shared.id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_route_table" "route_table_spoke" {
  name                          = var.route_table_spoke_name
  resource_group_name           = var.spoke_resource_group
  location                      = var.location
  bgp_route_propagation_enabled = false

  route {
    name                   = "all-to-firewall"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.firewall.ip_configuration[0].private_ip_address
  }

  route {
    name           = "stop"
    address_prefix = "10.9.0.0/16"
    next_hop_type  = "None"
  }
}

resource "azurerm_route" "route" {
  name                   = "all-to-firewall"
  resource_group_name    = var.hub_resource_group
  route_table_name       = azurerm_route_table.route_table_jump.name
  address_prefix         = "0.0.0.0/0"
  next_hop_type          = "VirtualAppliance"
  next_hop_in_ip_address = azurerm_firewall.firewall.ip_configuration[0].private_ip_address
}

resource "azurerm_virtual_network" "spoke" {
  name                = var.spoke_name
  resource_group_name = var.spoke_resource_group
  location            = var.location
  address_space       = ["10.1.0.0/16"]
  dns_servers         = [azurerm_firewall.firewall.ip_configuration[0].private_ip_address]
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = var.spoke_resource_group
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.1.0.0/24"]
}

resource "azurerm_subnet_route_table_association" "nodes" {
  subnet_id      = azurerm_subnet.nodes.id
  route_table_id = azurerm_route_table.route_table_spoke.id
}

resource "azurerm_role_assignment" "role_assignment" {
  name               = "6f1d7b1c-0000-4000-8000-000000000001"
  scope              = azurerm_subnet.nodes.id
  principal_id       = azurerm_user_assigned_identity.identity.principal_id
  principal_type     = "ServicePrincipal"
  role_definition_id = "${data.azurerm_subscription.current.id}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
}

resource "azurerm_virtual_network_peering" "peering_spoke" {
  name                      = "to-spoke"
  resource_group_name       = var.hub_resource_group
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_forwarded_traffic   = true
}

resource "azurerm_virtual_network_peering" "peering_hub" {
  name                      = "to-hub"
  resource_group_name       = var.spoke_resource_group
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  allow_forwarded_traffic   = true
}

resource "azapi_resource" "cluster" {
  type      = "Microsoft.ContainerService/managedClusters@2026-05-01"
  name      = var.cluster_name
  parent_id = data.azurerm_resource_group.rg_spoke.id
  location  = var.location
  body = {
    properties = {
      dnsPrefix = "aks"
      networkProfile = {
        networkPlugin = "azure"
        outboundType  = "userDefinedRouting"
      }
      agentPoolProfiles = [
        {
          name         = "nodes"
          count        = 3
          mode         = "System"
          vnetSubnetID = azurerm_subnet.nodes.id
        },
      ]
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.identity.id]
  }

  depends_on = [
    azurerm_route.route,
    azurerm_subnet_route_table_association.nodes,
    azurerm_virtual_network_peering.peering_hub,
    azurerm_virtual_network_peering.peering_spoke,
  ]
}
