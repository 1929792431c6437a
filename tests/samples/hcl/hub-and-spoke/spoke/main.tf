locals {
  subnets = {
    nodes = cidrsubnet(var.cidr, 2, 0)
    ilb   = cidrsubnet(var.cidr, 6, 16)
  }
}

resource "azurerm_virtual_network" "this" {
  name                           = "vnet-${var.name}"
  resource_group_name            = var.resource_group_name
  location                       = var.location
  address_space                  = [var.cidr]
  dns_servers                    = [var.dns_server]
  tags                           = { env = "prod" }
  private_endpoint_vnet_policies = "Disabled"
}

resource "azurerm_subnet" "this" {
  for_each = local.subnets

  name                                          = "snet-${each.key}"
  resource_group_name                           = var.resource_group_name
  virtual_network_name                          = azurerm_virtual_network.this.name
  address_prefixes                              = [each.value]
  default_outbound_access_enabled               = true
  private_endpoint_network_policies             = "Disabled"
  private_link_service_network_policies_enabled = true
}

resource "azurerm_subnet_route_table_association" "this" {
  for_each = local.subnets

  subnet_id      = azurerm_subnet.this[each.key].id
  route_table_id = azurerm_route_table.this.id
}

resource "azurerm_route_table" "this" {
  name                          = "rt-${var.name}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  bgp_route_propagation_enabled = false
}

resource "azurerm_route" "default" {
  name                   = "udr-default"
  resource_group_name    = var.resource_group_name
  route_table_name       = azurerm_route_table.this.name
  address_prefix         = "0.0.0.0/0"
  next_hop_type          = "VirtualAppliance"
  next_hop_in_ip_address = var.firewall_ip
}

resource "azurerm_network_security_group" "nodes" {
  name                = "nsg-nodes"
  resource_group_name = var.resource_group_name
  location            = var.location
}

resource "azurerm_network_security_rule" "from_firewall" {
  name                        = "from-firewall"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = [for port in [443, 8443] : tostring(port)]
  source_address_prefix       = "10.0.0.0/26"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.this["nodes"].id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

resource "azurerm_virtual_network_peering" "hub_to_spoke" {
  name                                   = "hub-to-${var.name}"
  resource_group_name                    = var.resource_group_name
  virtual_network_name                   = var.hub.name
  remote_virtual_network_id              = azurerm_virtual_network.this.id
  allow_virtual_network_access           = true
  allow_forwarded_traffic                = true
  allow_gateway_transit                  = false
  use_remote_gateways                    = false
  peer_complete_virtual_networks_enabled = true
}

resource "azurerm_virtual_network_peering" "spoke_to_hub" {
  name                                   = "${var.name}-to-hub"
  resource_group_name                    = var.resource_group_name
  virtual_network_name                   = azurerm_virtual_network.this.name
  remote_virtual_network_id              = var.hub.id
  allow_virtual_network_access           = true
  allow_forwarded_traffic                = true
  allow_gateway_transit                  = false
  use_remote_gateways                    = false
  peer_complete_virtual_networks_enabled = true
}

resource "azurerm_kubernetes_cluster" "this" {
  name                                = "aks-${var.name}"
  resource_group_name                 = var.resource_group_name
  location                            = var.location
  dns_prefix                          = "aks-${var.name}"
  sku_tier                            = "Standard"
  private_cluster_enabled             = true
  private_cluster_public_fqdn_enabled = false
  role_based_access_control_enabled   = true
  run_command_enabled                 = true
  oidc_issuer_enabled                 = true
  workload_identity_enabled           = false
  support_plan                        = "KubernetesOfficial"
  private_dns_zone_id                 = "System"

  default_node_pool {
    name              = "system"
    vm_size           = "Standard_D4s_v5"
    node_count        = 3
    vnet_subnet_id    = azurerm_subnet.this["nodes"].id
    zones             = ["1", "2", "3"]
    type              = "VirtualMachineScaleSets"
    os_disk_type      = "Managed"
    scale_down_mode   = "Delete"
    ultra_ssd_enabled = false
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    outbound_type       = "userDefinedRouting"
    pod_cidr            = "192.168.0.0/16"
    service_cidr        = "172.16.0.0/16"
    dns_service_ip      = "172.16.0.10"
    load_balancer_sku   = "standard"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "apps" {
  name                  = "apps"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.this.id
  vm_size               = "Standard_D8s_v5"
  node_count            = 3
  mode                  = "User"
  os_type               = "Linux"
  vnet_subnet_id        = azurerm_subnet.this["nodes"].id
  priority              = "Regular"
  os_disk_type          = "Managed"
  scale_down_mode       = "Delete"
  spot_max_price        = -1
  zones                 = ["1", "2", "3"]
  ultra_ssd_enabled     = false
}

resource "azurerm_private_dns_zone" "vault" {
  name                = "privatelink.vaultcore.azure.net"
  resource_group_name = var.resource_group_name
}

resource "azurerm_private_dns_zone_virtual_network_link" "hub" {
  name                  = "link-hub"
  resource_group_name   = var.resource_group_name
  private_dns_zone_name = azurerm_private_dns_zone.vault.name
  virtual_network_id    = var.hub.id
  registration_enabled  = false
}

variable "name" {}

variable "cidr" {}

variable "location" {}

variable "resource_group_name" {}

variable "firewall_ip" {}

variable "dns_server" {}

variable "hub" {}
