suffix    = "from b.auto.tfvars"
instances = "3"
