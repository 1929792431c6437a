# Written for this project: the network of tests/samples/terraform/hub-and-spoke as a person writes it.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.20"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "name" {
  type    = string
  default = "shop"
}

resource "azurerm_resource_group" "this" {
  name     = "rg-${var.name}"
  location = "westeurope"
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-${var.name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = "westeurope"
  retention_in_days   = 30
}

module "hub" {
  source              = "./hub"
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  workspace_id        = azurerm_log_analytics_workspace.this.id
}

module "spoke" {
  source   = "./spoke"
  for_each = { (var.name) = "10.10.0.0/20" }

  name                = each.key
  cidr                = each.value
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  firewall_ip         = module.hub.firewall_ip
  dns_server          = module.hub.firewall_ip
  hub                 = module.hub.vnet
}
