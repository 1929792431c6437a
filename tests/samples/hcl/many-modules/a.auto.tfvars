suffix = "from a.auto.tfvars"
empty  = null
