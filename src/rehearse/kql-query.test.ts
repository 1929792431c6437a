import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { KqlRefusal, runKql } from './kql-query.ts';

const rows = [
  {
    name: 'fw',
    type: 'microsoft.network/azurefirewalls',
    location: 'eastus',
    properties: { sku: { tier: 'Standard' }, zones: ['1', '2'] },
  },
  {
    name: 'vnet',
    type: 'microsoft.network/virtualnetworks',
    location: 'westeurope',
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
    tags: { 'cost-centre': 'a' },
  },
  {
    name: 'Pip',
    type: 'microsoft.network/publicipaddresses',
    location: 'eastus',
    properties: { ipAddress: '20.64.0.1', idle: 4 },
  },
].map((row) => new Map<string, Json>(Object.entries(row as Record<string, Json>)));

const run = (query: string) =>
  runKql(query, (table) => (table === 'resources' ? rows : undefined)).map((row) =>
    Object.fromEntries(row),
  );
const names = (query: string) => run(query).map((row) => row['name']);

describe('queries of Resource Graph', () => {
  it('=~ compares without case, == with it', () => {
    expect(
      names("Resources | where type =~ 'Microsoft.Network/azureFirewalls' | project name"),
    ).toEqual(['fw']);
    expect(
      names("Resources | where type == 'Microsoft.Network/azureFirewalls' | project name"),
    ).toEqual([]);
    expect(names("resources | where name !~ 'PIP'")).toEqual(['fw', 'vnet']);
  });

  it('and binds closer than or, and brackets closer than both', () => {
    const a = "name == 'fw' or name == 'vnet' and location == 'eastus'";
    expect(names(`resources | where ${a}`)).toEqual(['fw']);
    expect(
      names("resources | where (name == 'fw' or name == 'Pip') and location == 'eastus'"),
    ).toEqual(['fw', 'Pip']);
    expect(names("resources | where not(name == 'fw')")).toEqual(['vnet', 'Pip']);
  });

  it('properties are reached by dots, by brackets and by number, without case', () => {
    expect(names("resources | where properties.SKU.tier == 'Standard'")).toEqual(['fw']);
    expect(names("resources | where tags['cost-centre'] == 'a'")).toEqual(['vnet']);
    expect(
      run(
        'resources | where name == "fw" | project zone = properties.zones[0], properties.sku.tier',
      ),
    ).toEqual([{ zone: '1', properties_sku_tier: 'Standard' }]);
  });

  it('lists, parts of texts and emptiness', () => {
    expect(names("resources | where name in ('fw', 'pip')")).toEqual(['fw']);
    expect(names("resources | where name in~ ('fw', 'pip')")).toEqual(['fw', 'Pip']);
    expect(names("resources | where name !in~ ('fw', 'pip')")).toEqual(['vnet']);
    expect(names("resources | where type contains 'PUBLICIP'")).toEqual(['Pip']);
    expect(names("resources | where type has 'network'")).toEqual(['fw', 'vnet', 'Pip']);
    expect(names("resources | where type has 'net'")).toEqual([]);
    expect(names("resources | where type endswith 'Networks'")).toEqual(['vnet']);
    expect(names('resources | where isnotempty(properties.ipAddress)')).toEqual(['Pip']);
    expect(names('resources | where array_length(properties.zones) > 1')).toEqual(['fw']);
  });

  it('rows are ordered, downwards unless told, cut and counted', () => {
    expect(names('resources | order by name asc')).toEqual(['Pip', 'fw', 'vnet']);
    expect(names('resources | sort by tolower(name)')).toEqual(['vnet', 'Pip', 'fw']);
    expect(names('resources | top 1 by name asc')).toEqual(['Pip']);
    expect(names('resources | order by location asc, name asc | limit 2')).toEqual(['Pip', 'fw']);
    expect(run('resources | count')).toEqual([{ Count: 3 }]);
    expect(
      run('resources | summarize total = count() by location | order by location asc'),
    ).toEqual([
      { location: 'eastus', total: 2 },
      { location: 'westeurope', total: 1 },
    ]);
    expect(run('resources | summarize count()')).toEqual([{ count_: 3 }]);
    expect(run('resources | distinct location')).toEqual([
      { location: 'eastus' },
      { location: 'westeurope' },
    ]);
  });

  it('columns are added, taken away and renamed', () => {
    expect(
      run(
        "resources | where name == 'fw' | extend tier = tostring(properties.sku.tier), upper = toupper(name) | project-away properties, type, location",
      ),
    ).toEqual([{ name: 'fw', tier: 'Standard', upper: 'FW' }]);
    expect(
      run(
        "resources | where name == 'Pip' | project n = strcat(name, '-', location), idle = toint(properties.idle) + 1",
      ),
    ).toEqual([{ n: 'Pip-eastus', idle: 5 }]);
  });

  it.each([
    ['resources | join kind=inner (resources) on id', 'operator `join`'],
    ['securityresources | take 1', 'table `securityresources`'],
    ["resources | where frobnicate(name) == 'a'", 'function `frobnicate`'],
    ['resources | summarize max(name)', 'function `max`'],
    ['resources | where name ==', 'the end of the query'],
    ['resources | where (name', '`)`'],
    ['resources where', '`|` or the end'],
    ['resources | take x', 'a number'],
    ['resources | where name == ^', 'not understood'],
    [`resources | where ${'('.repeat(5000)}name`, 'too deep'],
    [`resources ${'| take 1 '.repeat(100)}`, 'too many operators'],
    ['x'.repeat(30_000), 'too long'],
  ])('%s is refused and the reason named', (query, why) => {
    expect(() => run(query)).toThrow(KqlRefusal);
    expect(() => run(query)).toThrow(why);
  });
});
