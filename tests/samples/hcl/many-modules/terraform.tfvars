name = "shop"
spokes = {
  shop = { cidr = "10.10.0.0/20" }
  dev  = { cidr = "10.20.0.0/20", peered = false }
  test = { cidr = "10.30.0.0/20", subnets = { only = 4 } }
}
suffix = "from terraform.tfvars"
