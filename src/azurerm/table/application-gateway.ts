import {
  ARM,
  address,
  IDENTITY,
  many,
  NAME,
  NAMED,
  one,
  reference,
  setting,
  value,
  ZONES,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, listOf, partOf, partsOf } from '../conversions.ts';

/** A reference by the name of a part; the id of the same part, which states have beside it, says no more. */
const part = (name: string, arm: string, list: string): Attribute =>
  value(name, `${arm}.id`, partOf(list));

const BACKENDS = [
  part('backend_address_pool_name', 'properties.backendAddressPool', 'backendAddressPools'),
  part(
    'backend_http_settings_name',
    'properties.backendHttpSettings',
    'backendHttpSettingsCollection',
  ),
  part('redirect_configuration_name', 'properties.redirectConfiguration', 'redirectConfigurations'),
  part('rewrite_rule_set_name', 'properties.rewriteRuleSet', 'rewriteRuleSets'),
];

const SSL_POLICY: readonly Attribute[] = [
  value('policy_type', 'policyType'),
  value('policy_name', 'policyName'),
  value('min_protocol_version', 'minProtocolVersion'),
  value('cipher_suites', 'cipherSuites'),
  value('disabled_protocols', 'disabledSslProtocols'),
];

/** References between the parts of a gateway are names here and ids there (iac-formats 4.2). */
export const APPLICATION_GATEWAY: AzurermType = {
  terraform: 'azurerm_application_gateway',
  arm: ARM.applicationGateway,
  identity: { kind: 'group' },
  attributes: [
    ...NAMED,
    ZONES,
    IDENTITY,
    one('sku', 'properties.sku', [NAME, value('tier', 'tier'), value('capacity', 'capacity')]),
    one('autoscale_configuration', 'properties.autoscaleConfiguration', [
      value('min_capacity', 'minCapacity'),
      value('max_capacity', 'maxCapacity'),
    ]),
    reference('firewall_policy_id', 'properties.firewallPolicy', ARM.wafPolicy),
    value('force_firewall_policy_association', 'properties.forceFirewallPolicyAssociation'),
    value('fips_enabled', 'properties.enableFips'),
    value('http2_enabled', 'properties.enableHttp2', undefined, { since: 5 }),
    value('enable_http2', 'properties.enableHttp2', undefined, { until: 5 }),
    many('gateway_ip_configuration', 'properties.gatewayIPConfigurations', [
      NAME,
      reference('subnet_id', 'properties.subnet', ARM.subnet),
    ]),
    many('frontend_ip_configuration', 'properties.frontendIPConfigurations', [
      NAME,
      reference('public_ip_address_id', 'properties.publicIPAddress', ARM.publicIp),
      address('private_ip_address', 'properties.privateIPAddress'),
      value('private_ip_address_allocation', 'properties.privateIPAllocationMethod'),
      reference('subnet_id', 'properties.subnet', ARM.subnet),
      part(
        'private_link_configuration_name',
        'properties.privateLinkConfiguration',
        'privateLinkConfigurations',
      ),
    ]),
    many('frontend_port', 'properties.frontendPorts', [NAME, value('port', 'properties.port')]),
    many('backend_address_pool', 'properties.backendAddressPools', [
      NAME,
      value(
        'ip_addresses',
        'properties.backendAddresses',
        listOf('ipAddress', { kind: 'address' }),
        {
          isItem: true,
        },
      ),
      value('fqdns', 'properties.backendAddresses', listOf('fqdn'), { isItem: true }),
    ]),
    many('backend_http_settings', 'properties.backendHttpSettingsCollection', [
      NAME,
      value('port', 'properties.port'),
      value('protocol', 'properties.protocol'),
      value('cookie_based_affinity', 'properties.cookieBasedAffinity'),
      value('affinity_cookie_name', 'properties.affinityCookieName'),
      value('request_timeout', 'properties.requestTimeout'),
      value('host_name', 'properties.hostName'),
      value('pick_host_name_from_backend_address', 'properties.pickHostNameFromBackendAddress'),
      value('path', 'properties.path'),
      part('probe_name', 'properties.probe', 'probes'),
      value(
        'trusted_root_certificate_names',
        'properties.trustedRootCertificates',
        partsOf('trustedRootCertificates'),
      ),
      one('connection_draining', 'properties.connectionDraining', [
        value('enabled', 'enabled'),
        value('drain_timeout_sec', 'drainTimeoutInSec'),
      ]),
    ]),
    many('http_listener', 'properties.httpListeners', [
      NAME,
      part(
        'frontend_ip_configuration_name',
        'properties.frontendIPConfiguration',
        'frontendIPConfigurations',
      ),
      part('frontend_port_name', 'properties.frontendPort', 'frontendPorts'),
      value('protocol', 'properties.protocol'),
      value('host_name', 'properties.hostName'),
      value('host_names', 'properties.hostNames'),
      value('require_sni', 'properties.requireServerNameIndication'),
      part('ssl_certificate_name', 'properties.sslCertificate', 'sslCertificates'),
      part('ssl_profile_name', 'properties.sslProfile', 'sslProfiles'),
      reference('firewall_policy_id', 'properties.firewallPolicy', ARM.wafPolicy),
      many('custom_error_configuration', 'properties.customErrorConfigurations', [
        value('status_code', 'statusCode'),
        value('custom_error_page_url', 'customErrorPageUrl'),
      ]),
    ]),
    many('request_routing_rule', 'properties.requestRoutingRules', [
      NAME,
      value('rule_type', 'properties.ruleType'),
      value('priority', 'properties.priority'),
      part('http_listener_name', 'properties.httpListener', 'httpListeners'),
      part('url_path_map_name', 'properties.urlPathMap', 'urlPathMaps'),
      ...BACKENDS,
    ]),
    many('url_path_map', 'properties.urlPathMaps', [
      NAME,
      part(
        'default_backend_address_pool_name',
        'properties.defaultBackendAddressPool',
        'backendAddressPools',
      ),
      part(
        'default_backend_http_settings_name',
        'properties.defaultBackendHttpSettings',
        'backendHttpSettingsCollection',
      ),
      part(
        'default_redirect_configuration_name',
        'properties.defaultRedirectConfiguration',
        'redirectConfigurations',
      ),
      part('default_rewrite_rule_set_name', 'properties.defaultRewriteRuleSet', 'rewriteRuleSets'),
      many('path_rule', 'properties.pathRules', [
        NAME,
        value('paths', 'properties.paths'),
        reference('firewall_policy_id', 'properties.firewallPolicy', ARM.wafPolicy),
        ...BACKENDS,
      ]),
    ]),
    many('redirect_configuration', 'properties.redirectConfigurations', [
      NAME,
      value('redirect_type', 'properties.redirectType'),
      value('target_url', 'properties.targetUrl'),
      part('target_listener_name', 'properties.targetListener', 'httpListeners'),
      value('include_path', 'properties.includePath'),
      value('include_query_string', 'properties.includeQueryString'),
    ]),
    many('probe', 'properties.probes', [
      NAME,
      value('protocol', 'properties.protocol'),
      value('host', 'properties.host'),
      value('path', 'properties.path'),
      value('port', 'properties.port'),
      value('interval', 'properties.interval'),
      value('timeout', 'properties.timeout'),
      value('unhealthy_threshold', 'properties.unhealthyThreshold'),
      value('minimum_servers', 'properties.minServers'),
      value(
        'pick_host_name_from_backend_http_settings',
        'properties.pickHostNameFromBackendHttpSettings',
      ),
      one('match', 'properties.match', [
        value('body', 'body'),
        value('status_code', 'statusCodes'),
      ]),
    ]),
    one('waf_configuration', 'properties.webApplicationFirewallConfiguration', [
      value('enabled', 'enabled'),
      value('firewall_mode', 'firewallMode'),
      setting('rule_set_type', 'ruleSetType', 'OWASP'),
      value('rule_set_version', 'ruleSetVersion'),
      value('request_body_check', 'requestBodyCheck'),
      value('max_request_body_size_kb', 'maxRequestBodySizeInKb'),
      value('file_upload_limit_mb', 'fileUploadLimitInMb'),
      many('disabled_rule_group', 'disabledRuleGroups', [
        value('rule_group_name', 'ruleGroupName'),
        value('rules', 'rules'),
      ]),
      many('exclusion', 'exclusions', [
        value('match_variable', 'matchVariable'),
        value('selector', 'selector'),
        value('selector_match_operator', 'selectorMatchOperator'),
      ]),
    ]),
    // Certificates by the address of their secret only: what they hold is never read.
    many('ssl_certificate', 'properties.sslCertificates', [
      NAME,
      value('key_vault_secret_id', 'properties.keyVaultSecretId'),
    ]),
    many('trusted_root_certificate', 'properties.trustedRootCertificates', [
      NAME,
      value('key_vault_secret_id', 'properties.keyVaultSecretId'),
    ]),
    one('ssl_policy', 'properties.sslPolicy', SSL_POLICY),
    many('ssl_profile', 'properties.sslProfiles', [
      NAME,
      one('ssl_policy', 'properties.sslPolicy', SSL_POLICY),
    ]),
    many('private_link_configuration', 'properties.privateLinkConfigurations', [
      NAME,
      many('ip_configuration', 'properties.ipConfigurations', [
        NAME,
        reference('subnet_id', 'properties.subnet', ARM.subnet),
        address('private_ip_address', 'properties.privateIPAddress'),
        value('private_ip_address_allocation', 'properties.privateIPAllocationMethod'),
        value('primary', 'properties.primary'),
      ]),
    ]),
  ],
  harmless: [
    'custom_error_configuration',
    'global',
    'private_endpoint_connection',
    'rewrite_rule_set',
    'trusted_client_certificate',
    // Of nested blocks.
    'backend_address_pool_id',
    'backend_http_settings_id',
    'certificate_chain_validation_enabled',
    'data',
    'dedicated_backend_connection_enabled',
    'frontend_ip_configuration_id',
    'frontend_port_id',
    'http_listener_id',
    'password',
    'probe_id',
    'proxy_protocol_header_enabled',
    'public_cert_data',
    'sni_name',
    'sni_validation_enabled',
    'ssl_certificate_id',
    'trusted_client_certificate_names',
    'url_path_map_id',
    'verify_client_certificate_issuer_dn',
    'verify_client_certificate_revocation',
  ],
};

/** `negationConditon` is how ARM spells it. */
export const WAF_POLICY: AzurermType = {
  terraform: 'azurerm_web_application_firewall_policy',
  arm: ARM.wafPolicy,
  identity: { kind: 'group' },
  attributes: [
    ...NAMED,
    one('policy_settings', 'properties.policySettings', [
      setting('enabled', 'state', true, ENABLED),
      setting('mode', 'mode', 'Prevention'),
      value('request_body_check', 'requestBodyCheck'),
      value('request_body_enforcement', 'requestBodyEnforcement'),
      value('request_body_inspect_limit_in_kb', 'requestBodyInspectLimitInKB'),
      value('max_request_body_size_in_kb', 'maxRequestBodySizeInKb'),
      value('file_upload_limit_in_mb', 'fileUploadLimitInMb'),
      value('file_upload_enforcement', 'fileUploadEnforcement'),
      value('js_challenge_cookie_expiration_in_minutes', 'jsChallengeCookieExpirationInMins'),
    ]),
    one('managed_rules', 'properties.managedRules', [
      many('managed_rule_set', 'managedRuleSets', [
        setting('type', 'ruleSetType', 'OWASP'),
        value('version', 'ruleSetVersion'),
        many('rule_group_override', 'ruleGroupOverrides', [
          value('rule_group_name', 'ruleGroupName'),
          many('rule', 'rules', [
            value('id', 'ruleId'),
            value('enabled', 'state', ENABLED),
            value('action', 'action'),
          ]),
        ]),
      ]),
      many('exclusion', 'exclusions', [
        value('match_variable', 'matchVariable'),
        value('selector', 'selector'),
        value('selector_match_operator', 'selectorMatchOperator'),
        many('excluded_rule_set', 'exclusionManagedRuleSets', [
          value('type', 'ruleSetType'),
          value('version', 'ruleSetVersion'),
          many('rule_group', 'ruleGroups', [
            value('rule_group_name', 'ruleGroupName'),
            value('excluded_rules', 'rules', listOf('ruleId')),
          ]),
        ]),
      ]),
    ]),
    many('custom_rules', 'properties.customRules', [
      NAME,
      value('enabled', 'state', ENABLED),
      value('priority', 'priority'),
      value('rule_type', 'ruleType'),
      value('action', 'action'),
      value('rate_limit_duration', 'rateLimitDuration'),
      value('rate_limit_threshold', 'rateLimitThreshold'),
      many('match_conditions', 'matchConditions', [
        many('match_variables', 'matchVariables', [
          value('variable_name', 'variableName'),
          value('selector', 'selector'),
        ]),
        value('operator', 'operator'),
        value('negation_condition', 'negationConditon'),
        value('match_values', 'matchValues'),
        value('transforms', 'transforms'),
      ]),
    ]),
  ],
  harmless: ['http_listener_ids', 'path_based_rule_ids', 'log_scrubbing', 'group_rate_limit_by'],
};
