# Written for this project: a hub and a cluster as walkthroughs of 2020 have them.

resource "azurerm_resource_group" "this" {
  name     = "rg-shop"
  location = "westeurope"
}

resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/22"]
}

resource "azurerm_subnet" "firewall" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.0.0/26"]
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.0.64/27"]
}

resource "azurerm_public_ip" "this" {
  for_each = toset(["afw", "vpn"])

  name                = "pip-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = ["1", "2", "3"]
}

resource "azurerm_local_network_gateway" "office" {
  name                = "lgw-office"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  gateway_address     = "198.51.100.7"
  address_space       = ["172.30.0.0/16"]
}

resource "azurerm_virtual_network_gateway" "vpn" {
  name                = "vgw-hub"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  type                = "Vpn"
  vpn_type            = "RouteBased"
  sku                 = "VpnGw1AZ"

  ip_configuration {
    name                 = "ipc0"
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = azurerm_public_ip.this["vpn"].id
  }
}

resource "azurerm_virtual_network_gateway_connection" "office" {
  name                       = "cn-office"
  resource_group_name        = azurerm_resource_group.this.name
  location                   = "westeurope"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.vpn.id
  local_network_gateway_id   = azurerm_local_network_gateway.office.id
}

resource "azurerm_firewall_policy" "this" {
  name                     = "afwp-shop"
  resource_group_name      = azurerm_resource_group.this.name
  location                 = "westeurope"
  sku                      = "Standard"
  threat_intelligence_mode = "Alert" # until the allow list is agreed

  dns {
    proxy_enabled = true
  }
}

resource "azurerm_firewall" "this" {
  name                = "afw-shop"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id
  zones               = ["1", "2", "3"]

  ip_configuration {
    name                 = "ipc0"
    subnet_id            = azurerm_subnet.firewall.id
    public_ip_address_id = azurerm_public_ip.this["afw"].id
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "aks" {
  name               = "rcg-aks"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 500

  network_rule_collection {
    name     = "aksfwnr"
    priority = 200
    action   = "Allow"

    rule {
      name                  = "apiudp"
      protocols             = ["UDP"]
      source_addresses      = ["10.10.0.0/22"]
      destination_addresses = ["AzureCloud.westeurope"]
      destination_ports     = ["1194"]
    }

    rule {
      name                  = "apitcp"
      protocols             = ["TCP"]
      source_addresses      = ["10.10.0.0/22"]
      destination_addresses = ["AzureCloud.westeurope"]
      destination_ports     = ["9000"]
    }
  }

  network_rule_collection {
    name     = "others"
    priority = 210
    action   = "Allow"

    rule {
      name              = "time"
      protocols         = ["UDP"]
      source_addresses  = ["10.10.0.0/22"]
      destination_fqdns = ["ntp.ubuntu.com"]
      destination_ports = ["123"]
    }

    # the team that owns it: payments
    rule {
      name                  = "bank"
      protocols             = ["TCP"]
      source_addresses      = ["10.10.0.0/22"]
      destination_addresses = ["203.0.113.64/28"]
      destination_ports     = ["8443"]
    }
  }

  application_rule_collection {
    name     = "aksfwar"
    priority = 300
    action   = "Allow"

    rule {
      name                  = "fqdn"
      source_addresses      = ["10.10.0.0/22"]
      destination_fqdn_tags = ["AzureKubernetesService"]

      protocols {
        type = "Https"
        port = 443
      }

      protocols {
        type = "Http"
        port = 80
      }
    }
  }
}

module "spoke" {
  source = "./spoke"

  resource_group_name = azurerm_resource_group.this.name
  firewall_address    = azurerm_firewall.this.ip_configuration[0].private_ip_address
  hub                 = azurerm_virtual_network.hub
}
