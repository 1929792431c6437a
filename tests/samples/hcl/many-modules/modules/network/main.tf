variable "name" { type = string }
variable "cidr" {}
variable "subnets" { type = map(number) }

locals {
  bits  = [for name in sort(keys(var.subnets)) : var.subnets[name]]
  parts = zipmap(sort(keys(var.subnets)), cidrsubnets(var.cidr, local.bits...))
}

resource "terraform_data" "subnet" {
  for_each = local.parts
  input    = "${path.module}: ${var.name}/${each.key} ${each.value}"
}

output "subnets" {
  value = local.parts
}
