import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePrivateDnsZones } from '../../facts/datasets/private-dns-zones.ts';
import type { DomainName } from '../../net/index.ts';
import { privateAliasOf } from './private-alias.ts';

const file = new URL('../../../data/private-dns-zones.json', import.meta.url);
const parsed = parsePrivateDnsZones(readFileSync(file, 'utf8'), 'bundled');

function targets(name: string): readonly string[] | undefined {
  return privateAliasOf(parsed.value!, name as DomainName)?.targets;
}

describe('the private alias of a public name', () => {
  // private-endpoint-dns.md prints the public name and the zone of each service.
  it.each([
    ['kv1.vault.azure.net', 'kv1.privatelink.vaultcore.azure.net'],
    ['reg.azurecr.io', 'reg.privatelink.azurecr.io'],
    ['reg.eastus.data.azurecr.io', 'reg.eastus.data.privatelink.azurecr.io'],
    ['db1.database.windows.net', 'db1.privatelink.database.windows.net'],
    ['acct.blob.core.windows.net', 'acct.privatelink.blob.core.windows.net'],
    ['acct.file.core.windows.net', 'acct.privatelink.file.core.windows.net'],
    ['bus.servicebus.windows.net', 'bus.privatelink.servicebus.windows.net'],
    ['cfg.azconfig.io', 'cfg.privatelink.azconfig.io'],
    ['app.azurewebsites.net', 'app.privatelink.azurewebsites.net'],
    ['app.westeurope.azurecontainerapps.io', 'app.privatelink.westeurope.azurecontainerapps.io'],
    ['c.westeurope.kusto.windows.net', 'c.privatelink.westeurope.kusto.windows.net'],
  ])('AZS-23: %s is an alias of %s', (name, alias) => {
    expect(targets(name)).toContain(alias);
  });

  it('names of no service have none', () => {
    expect(targets('api.stripe.com')).toBeUndefined();
    expect(targets('vault.azure.net')).toBeUndefined();
    expect(targets('mcr.microsoft.com')).toBeUndefined();
  });

  it('public names of API servers lead to no zone', () => {
    expect(targets('aks-1234.hcp.eastus.azmk8s.io')).toBeUndefined();
  });
});
