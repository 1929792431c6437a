# Written by sallyport 0.0.0 from input c099a1f557d04ca3

variable "subscription_id" {
  description = "Subscription to deploy to; by default that of ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "location" {
  description = "Region of the resources."
  type        = string
}

variable "hub_resource_group" {
  description = "The group called rg-hub in the input."
  type        = string
  default     = "rg-hub"
}

variable "shared_resource_group" {
  description = "The group called rg-shared in the input."
  type        = string
  default     = "rg-shared"
}

variable "spoke_resource_group" {
  description = "The group called rg-spoke in the input."
  type        = string
  default     = "rg-spoke"
}

variable "cluster_name" {
  description = "Name of cluster (managedClusters)."
  type        = string
  default     = "aks"
}

variable "firewall_name" {
  description = "Name of firewall (azureFirewalls)."
  type        = string
  default     = "afw-hub"
}

variable "hub_name" {
  description = "Name of hub (virtualNetworks)."
  type        = string
  default     = "vnet-hub"
}

variable "identity_name" {
  description = "Name of identity (userAssignedIdentities)."
  type        = string
  default     = "id-aks"
}

variable "policy_name" {
  description = "Name of policy (firewallPolicies)."
  type        = string
  default     = "afwp-hub"
}

variable "public_ip_name" {
  description = "Name of publicIp (publicIPAddresses)."
  type        = string
  default     = "pip-afw"
}

variable "route_table_jump_name" {
  description = "Name of routeTableJump (routeTables)."
  type        = string
  default     = "rt-jump"
}

variable "route_table_spoke_name" {
  description = "Name of routeTableSpoke (routeTables)."
  type        = string
  default     = "rt-spoke"
}

variable "spoke_name" {
  description = "Name of spoke (virtualNetworks)."
  type        = string
  default     = "vnet-spoke"
}

variable "workspace_shared_name" {
  description = "Name of workspaceShared (workspaces)."
  type        = string
  default     = "log-shared"
}
