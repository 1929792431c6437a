resource "terraform_data" "ports" {
  input = merge(local.by_port, { overridden = ["yes"] })
}
