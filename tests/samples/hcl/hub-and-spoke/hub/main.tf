resource "azurerm_virtual_network" "hub" {
  name                           = "vnet-hub"
  resource_group_name            = var.resource_group_name
  location                       = var.location
  address_space                  = ["10.0.0.0/22"]
  private_endpoint_vnet_policies = "Disabled"
}

resource "azurerm_subnet" "firewall" {
  name                                          = "AzureFirewallSubnet"
  resource_group_name                           = var.resource_group_name
  virtual_network_name                          = azurerm_virtual_network.hub.name
  address_prefixes                              = ["10.0.0.0/26"]
  default_outbound_access_enabled               = true
  private_endpoint_network_policies             = "Disabled"
  private_link_service_network_policies_enabled = true
}

resource "azurerm_public_ip" "firewall" {
  name                    = "pip-afw"
  resource_group_name     = var.resource_group_name
  location                = var.location
  allocation_method       = "Static"
  sku                     = "Standard"
  sku_tier                = "Regional"
  ip_version              = "IPv4"
  zones                   = ["1", "2", "3"]
  idle_timeout_in_minutes = 4
  ddos_protection_mode    = "VirtualNetworkInherited"
}

resource "azurerm_ip_group" "nodes" {
  name                = "ipg-nodes"
  resource_group_name = var.resource_group_name
  location            = var.location
  cidrs               = ["10.10.0.0/22"]
}

resource "azurerm_firewall_policy" "this" {
  name                     = "afwp-shop"
  resource_group_name      = var.resource_group_name
  location                 = var.location
  sku                      = "Standard"
  threat_intelligence_mode = "Deny"

  dns {
    proxy_enabled = true
  }
}

resource "azurerm_firewall" "this" {
  name                = "afw-shop"
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id
  zones               = ["1", "2", "3"]

  ip_configuration {
    name                 = "ipc0"
    subnet_id            = azurerm_subnet.firewall.id
    public_ip_address_id = azurerm_public_ip.firewall.id
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "aks" {
  name               = "rcg-aks"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 500

  nat_rule_collection {
    name     = "nat-in"
    priority = 100
    action   = "Dnat"

    rule {
      name                = "web"
      protocols           = ["TCP"]
      source_addresses    = ["203.0.113.0/24"]
      destination_address = azurerm_public_ip.firewall.ip_address
      destination_ports   = ["443"]
      translated_address  = "10.10.4.10"
      translated_port     = 8443
    }
  }

  network_rule_collection {
    name     = "net-allow"
    priority = 200
    action   = "Allow"

    rule {
      name              = "ntp"
      protocols         = ["UDP"]
      source_ip_groups  = [azurerm_ip_group.nodes.id]
      destination_fqdns = ["ntp.ubuntu.com"]
      destination_ports = ["123"]
    }
  }

  application_rule_collection {
    name     = "app-allow"
    priority = 300
    action   = "Allow"

    rule {
      name                  = "aks-required"
      source_addresses      = ["10.10.0.0/22"]
      destination_fqdn_tags = ["AzureKubernetesService"]

      dynamic "protocols" {
        for_each = [["Https", 443], ["Http", 80]]
        content {
          type = protocols.value[0]
          port = protocols.value[1]
        }
      }
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "firewall" {
  name                       = "diag"
  target_resource_id         = azurerm_firewall.this.id
  log_analytics_workspace_id = var.workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}

variable "location" {}

variable "resource_group_name" {}

variable "workspace_id" {}

output "firewall_ip" {
  value = azurerm_firewall.this.ip_configuration[0].private_ip_address
}

output "vnet" {
  value = azurerm_virtual_network.hub
}
