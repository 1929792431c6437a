/**
 * What the provider's own schema says beside names (data/terraform-azurerm), for the types this target writes. A type
 * that is not in here is not written in azurerm's words: nobody could say whether it is complete.
 */

/** Arguments that must be written, by type; inside a block where the block is. Names and parents apart. */
const REQUIRED: Readonly<Record<string, string>> = {
  azurerm_application_gateway: `
    autoscale_configuration.min_capacity backend_address_pool
    backend_http_settings.connection_draining.drain_timeout_sec
    backend_http_settings.connection_draining.enabled
    backend_http_settings.cookie_based_affinity backend_http_settings.port
    backend_http_settings.protocol frontend_ip_configuration frontend_port frontend_port.port
    gateway_ip_configuration gateway_ip_configuration.subnet_id
    http_listener.custom_error_configuration.custom_error_page_url
    http_listener.custom_error_configuration.status_code
    http_listener.frontend_ip_configuration_name http_listener.frontend_port_name
    http_listener.protocol identity.type location private_link_configuration.ip_configuration
    private_link_configuration.ip_configuration.primary
    private_link_configuration.ip_configuration.private_ip_address_allocation
    private_link_configuration.ip_configuration.subnet_id probe.interval probe.match.status_code
    probe.protocol probe.timeout probe.unhealthy_threshold redirect_configuration.redirect_type
    request_routing_rule.http_listener_name request_routing_rule.rule_type sku sku.tier
    url_path_map.path_rule url_path_map.path_rule.paths
    waf_configuration.disabled_rule_group.rule_group_name waf_configuration.enabled
    waf_configuration.exclusion.match_variable waf_configuration.firewall_mode
    waf_configuration.rule_set_version`,
  azurerm_application_security_group: 'location',
  azurerm_bastion_host: 'ip_configuration.subnet_id location',
  azurerm_container_registry: `
    location network_rule_set.ip_rule.action network_rule_set.ip_rule.ip_range sku`,
  azurerm_firewall: `
    location management_ip_configuration.public_ip_address_id
    management_ip_configuration.subnet_id sku_name sku_tier virtual_hub.virtual_hub_id`,
  azurerm_firewall_application_rule_collection: `
    action priority rule rule.protocol.port rule.protocol.type`,
  azurerm_firewall_nat_rule_collection: `
    action priority rule rule.destination_addresses rule.destination_ports rule.protocols
    rule.translated_address rule.translated_port`,
  azurerm_firewall_network_rule_collection: `
    action priority rule rule.destination_ports rule.protocols`,
  azurerm_firewall_policy: `
    identity.type insights.default_log_analytics_workspace_id insights.enabled
    insights.log_analytics_workspace.firewall_location insights.log_analytics_workspace.id
    intrusion_detection.traffic_bypass.protocol location tls_certificate.key_vault_secret_id`,
  azurerm_firewall_policy_rule_collection_group: `
    application_rule_collection.action application_rule_collection.priority
    application_rule_collection.rule application_rule_collection.rule.http_headers.value
    application_rule_collection.rule.protocols.port
    application_rule_collection.rule.protocols.type nat_rule_collection.action
    nat_rule_collection.priority nat_rule_collection.rule nat_rule_collection.rule.protocols
    nat_rule_collection.rule.translated_port network_rule_collection.action
    network_rule_collection.priority network_rule_collection.rule
    network_rule_collection.rule.destination_ports network_rule_collection.rule.protocols
    priority`,
  azurerm_ip_group: 'location',
  azurerm_key_vault: `
    location network_acls.bypass network_acls.default_action rbac_authorization_enabled sku_name
    tenant_id`,
  azurerm_kubernetes_cluster: `
    aci_connector_linux.subnet_name default_node_pool default_node_pool.name
    default_node_pool.upgrade_settings.max_surge default_node_pool.vm_size identity.type
    location microsoft_defender.log_analytics_workspace_id network_profile.network_plugin
    oms_agent.log_analytics_workspace_id service_mesh_profile.mode
    service_mesh_profile.revisions web_app_routing.dns_zone_ids`,
  azurerm_kubernetes_cluster_extension: 'extension_type plan.product plan.publisher',
  azurerm_kubernetes_cluster_node_pool: 'vm_size',
  azurerm_lb: 'location',
  azurerm_lb_backend_address_pool: '',
  azurerm_lb_nat_rule: 'backend_port frontend_ip_configuration_name protocol',
  azurerm_lb_outbound_rule: 'backend_address_pool_id protocol',
  azurerm_lb_probe: 'port',
  azurerm_lb_rule: 'backend_port frontend_ip_configuration_name frontend_port protocol',
  azurerm_local_network_gateway: 'location',
  azurerm_log_analytics_workspace: 'location',
  azurerm_management_group_policy_assignment: 'policy_definition_id',
  azurerm_monitor_diagnostic_setting: 'metric.category',
  azurerm_nat_gateway: 'location',
  azurerm_nat_gateway_public_ip_association: 'public_ip_address_id',
  azurerm_nat_gateway_public_ip_prefix_association: 'public_ip_prefix_id',
  azurerm_network_ddos_protection_plan: 'location',
  azurerm_network_interface: `
    ip_configuration ip_configuration.private_ip_address_allocation location`,
  azurerm_network_interface_security_group_association: 'network_security_group_id',
  azurerm_network_security_group: `
    location security_rule.access security_rule.direction security_rule.priority
    security_rule.protocol`,
  azurerm_network_security_rule: 'access direction priority protocol',
  azurerm_network_watcher: 'location',
  azurerm_network_watcher_flow_log: `
    enabled retention_policy retention_policy.days retention_policy.enabled storage_account_id
    target_resource_id traffic_analytics.enabled traffic_analytics.workspace_id
    traffic_analytics.workspace_region traffic_analytics.workspace_resource_id`,
  azurerm_private_dns_a_record: 'records ttl',
  azurerm_private_dns_aaaa_record: 'records ttl',
  azurerm_private_dns_cname_record: 'record ttl',
  azurerm_private_dns_resolver: 'location virtual_network_id',
  azurerm_private_dns_resolver_dns_forwarding_ruleset: `
    location private_dns_resolver_outbound_endpoint_ids`,
  azurerm_private_dns_resolver_forwarding_rule: `
    domain_name target_dns_servers target_dns_servers.ip_address`,
  azurerm_private_dns_resolver_inbound_endpoint: `
    ip_configurations ip_configurations.subnet_id location`,
  azurerm_private_dns_resolver_outbound_endpoint: 'location subnet_id',
  azurerm_private_dns_resolver_virtual_network_link: 'virtual_network_id',
  azurerm_private_dns_zone: '',
  azurerm_private_dns_zone_virtual_network_link: 'virtual_network_id',
  azurerm_private_endpoint: `
    ip_configuration.private_ip_address location private_dns_zone_group.private_dns_zone_ids
    private_service_connection subnet_id`,
  azurerm_public_ip: 'allocation_method location',
  azurerm_public_ip_prefix: 'location',
  azurerm_resource_group: 'location',
  azurerm_resource_group_policy_assignment: 'policy_definition_id',
  azurerm_resource_policy_assignment: 'policy_definition_id',
  azurerm_role_assignment: 'principal_id',
  azurerm_route: 'address_prefix next_hop_type',
  azurerm_route_table: 'location route.address_prefix route.next_hop_type',
  azurerm_subnet: 'address_prefixes delegation.service_delegation',
  azurerm_subnet_nat_gateway_association: 'nat_gateway_id',
  azurerm_subnet_network_security_group_association: 'network_security_group_id',
  azurerm_subnet_route_table_association: 'route_table_id',
  azurerm_subscription_policy_assignment: 'policy_definition_id',
  azurerm_user_assigned_identity: 'location',
  azurerm_virtual_hub: 'location route.address_prefixes route.next_hop_ip_address',
  azurerm_virtual_hub_connection: 'remote_virtual_network_id',
  azurerm_virtual_hub_route_table: 'route.destinations route.destinations_type route.next_hop',
  azurerm_virtual_hub_routing_intent: `
    routing_policy routing_policy.destinations routing_policy.next_hop`,
  azurerm_virtual_network: `
    address_space ddos_protection_plan.enable ddos_protection_plan.id encryption.enforcement
    location subnet.address_prefixes subnet.delegation.service_delegation`,
  azurerm_virtual_network_gateway: `
    ip_configuration ip_configuration.subnet_id location sku type
    vpn_client_configuration.address_space`,
  azurerm_virtual_network_gateway_connection: 'location type virtual_network_gateway_id',
  azurerm_virtual_network_peering: 'remote_virtual_network_id',
  azurerm_virtual_wan: 'location',
  azurerm_web_application_firewall_policy: `
    custom_rules.action custom_rules.match_conditions
    custom_rules.match_conditions.match_variables
    custom_rules.match_conditions.match_variables.variable_name
    custom_rules.match_conditions.operator custom_rules.priority custom_rules.rule_type location
    managed_rules managed_rules.exclusion.excluded_rule_set.rule_group.rule_group_name
    managed_rules.exclusion.match_variable managed_rules.exclusion.selector
    managed_rules.exclusion.selector_match_operator managed_rules.managed_rule_set
    managed_rules.managed_rule_set.rule_group_override.rule.id
    managed_rules.managed_rule_set.rule_group_override.rule_group_name
    managed_rules.managed_rule_set.version`,
};

/** Arguments that the service alone writes: a configuration with them is refused. */
const TOLD: Readonly<Record<string, string>> = {
  azurerm_bastion_host: 'private_only_enabled',
  azurerm_firewall: `
    ip_configuration.private_ip_address management_ip_configuration.private_ip_address
    virtual_hub.private_ip_address virtual_hub.public_ip_addresses`,
  azurerm_kubernetes_cluster: `
    current_kubernetes_version fqdn ingress_application_gateway.effective_gateway_id
    network_profile.load_balancer_profile.effective_outbound_ips
    network_profile.nat_gateway_profile.effective_outbound_ips private_fqdn`,
  azurerm_private_endpoint: `
    custom_dns_configs custom_dns_configs.fqdn custom_dns_configs.ip_addresses`,
  azurerm_public_ip: 'fqdn ip_address',
  azurerm_public_ip_prefix: 'ip_prefix',
  azurerm_subnet: 'network_security_group_id route_table_id',
};

/** @returns `undefined` for a type that is not known that well */
export function requiredOf(terraform: string): readonly string[] | undefined {
  return REQUIRED[terraform]?.split(/\s+/).filter((path) => path !== '');
}

export function toldOf(terraform: string): ReadonlySet<string> {
  return new Set(TOLD[terraform]?.trim().split(/\s+/));
}
