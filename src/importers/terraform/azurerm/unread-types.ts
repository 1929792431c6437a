import type { Gap } from '../../../diagnostics/index.ts';
import type { TerraformResource } from '../terraform-resource.ts';

/** Providers that make nothing a flow could meet: names, keys, files, waiting. */
const HARMLESS_PROVIDER =
  /^(?:random|null|time|tls|local|external|archive|http|azuread|terraform|cloudinit|template)_/;
/** Of azurerm, what changes no flow. */
const HARMLESS_TYPE =
  /^azurerm_(?:monitor_|log_analytics_|application_insights|role_|management_lock|key_vault_(?:secret|key|certificate|access_policy)|storage_(?:container|blob|queue|table|share)|consumption_|cost_|dashboard|portal_|security_center_|subscription$|client_config$|resource_provider|automation_|advisor|maintenance_|policy_(?:definition|set_definition)|federated_identity_credential|kubernetes_service_versions|location|virtual_machine_|managed_disk|ssh_public_key|disk_)/;
const CLUSTER_PROVIDER = /^(?:kubernetes|kubectl|helm|flux)_/;

/** Resources of types that are not understood: a gap for each type, never silence. */
export class UnreadTypes {
  private readonly types = new Map<string, { first: TerraformResource; count: number }>();

  note(resource: TerraformResource): void {
    // What is only looked up is there whether it is read or not.
    const name = resource.mode === 'data' ? `data.${resource.type}` : resource.type;
    const seen = this.types.get(name);
    if (seen === undefined) this.types.set(name, { first: resource, count: 1 });
    else seen.count += 1;
  }

  gaps(): readonly Gap[] {
    return [...this.types].map(([type, { first, count }]) => ({
      what: type,
      why: whyOf(first),
      at: first.at,
      ...(count === 1 ? {} : { count }),
    }));
  }
}

function whyOf({ type, mode, address }: TerraformResource): string {
  if (mode === 'data' || HARMLESS_PROVIDER.test(type) || HARMLESS_TYPE.test(type)) return '';
  if (CLUSTER_PROVIDER.test(type)) {
    return `what it puts into the cluster is not read (\`${address}\` for one)`;
  }
  return `what it does to traffic is not modelled (\`${address}\` for one)`;
}
