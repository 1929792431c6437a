# Written for this project. Only the provider built into Terraform is used, so that Terraform itself can plan it.

variable "name" {
  type = string
}

variable "spokes" {
  type = map(object({
    cidr    = string
    peered  = optional(bool, true)
    subnets = optional(map(number), { nodes = 2, pods = 1 })
  }))
}

variable "sources" {
  type    = set(string)
  default = ["10.2.0.0/16", "10.1.0.0/16", "10.2.0.0/16"]
}

variable "instances" {
  type    = number
  default = 1
}

variable "suffix" {
  default = "from the default"
}

variable "empty" {
  type     = string
  default  = "not null"
  nullable = false
}

locals {
  prefix = "${var.name}-${terraform.workspace}"
  ports  = jsondecode(file("${path.module}/ports.json"))
}

locals {
  by_port = { for name, port in local.ports : tostring(port) => name... }
  peered  = { for name, spoke in var.spokes : name => spoke if spoke.peered }
}

resource "terraform_data" "count" {
  count = var.instances
  input = "${local.prefix}-${format("%02d", count.index + 1)}"
}

resource "terraform_data" "none" {
  count = var.instances > 5 ? 1 : 0
  input = "never"
}

resource "terraform_data" "each" {
  for_each = var.sources
  input    = { key = each.key, value = each.value, host = cidrhost(each.value, 4) }
}

resource "terraform_data" "ports" {
  input = local.by_port
}

resource "terraform_data" "text" {
  input = templatefile("${path.module}/rules.tftpl", { rules = local.ports, name = var.name })
}

resource "terraform_data" "table" {
  input = { for row in csvdecode(file("${path.root}/table.csv")) : row.name => tonumber(row.port) }
}

resource "terraform_data" "values" {
  input = {
    suffix   = var.suffix
    empty    = var.empty
    counted  = terraform_data.count[*].input
    first    = one(terraform_data.count[0][*].input)
    keys     = keys(terraform_data.each)
    missing  = try(terraform_data.none[0].input, "no such instance")
    networks = module.network
    subnets  = module.network["shop"].subnets
    changed  = "from the override"
  }
}

module "network" {
  source   = "./modules/network"
  for_each = local.peered

  name    = each.key
  cidr    = each.value.cidr
  subnets = each.value.subnets
}

module "rules" {
  source  = "./modules/rules"
  count   = 2
  number  = count.index
  subnets = flatten([for network in module.network : values(network.subnets)])
  back    = module.after.told
}

module "after" {
  source  = "./modules/rules"
  number  = 10
  subnets = ["0.0.0.0/0"]
}

output "all" {
  value = module.rules[*].told
}
