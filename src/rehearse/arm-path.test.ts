import { describe, expect, it } from 'vitest';
import { parseArmPath } from './arm-path.ts';

describe('paths of the resource manager', () => {
  const rg = '/subscriptions/S/resourceGroups/rg';

  it('a resource in a group, with names as they are spelled and words in their usual case', () => {
    expect(
      parseArmPath(
        '/SUBSCRIPTIONS/S/resourcegroups/Rg/Providers/Microsoft.Network/virtualNetworks/V/subnets/a%20b',
      ),
    ).toEqual({
      kind: 'resource',
      scope: '/subscriptions/S/resourceGroups/Rg',
      namespace: 'Microsoft.Network',
      type: 'microsoft.network/virtualnetworks/subnets',
      spelled: 'Microsoft.Network/virtualNetworks/subnets',
      names: ['V', 'a b'],
      name: 'a b',
      above: '/subscriptions/S/resourceGroups/Rg/providers/Microsoft.Network/virtualNetworks/V',
      id: '/subscriptions/S/resourceGroups/Rg/providers/Microsoft.Network/virtualNetworks/V/subnets/a b',
    });
  });

  it('the last providers decides: a role assignment on a subnet', () => {
    const subnet = `${rg}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
    expect(
      parseArmPath(`${subnet}/providers/Microsoft.Authorization/roleAssignments/1`),
    ).toMatchObject({
      type: 'microsoft.authorization/roleassignments',
      scope: subnet,
      above: subnet,
    });
  });

  it('an odd number of segments is a list, or an action on what is above', () => {
    expect(
      parseArmPath(
        `${rg}/providers/Microsoft.ContainerService/managedClusters/c/listClusterUserCredential`,
      ),
    ).toMatchObject({
      kind: 'collection',
      last: 'listClusterUserCredential',
      above: `${rg}/providers/Microsoft.ContainerService/managedClusters/c`,
    });
    expect(parseArmPath(`${rg}/providers/Microsoft.Network/virtualNetworks`)).toMatchObject({
      kind: 'collection',
      above: rg,
      scope: rg,
    });
  });

  it('without a type after it, providers is a level like others; empty segments do not count', () => {
    expect(parseArmPath('//subscriptions/S//providers/Microsoft.Network/')).toMatchObject({
      kind: 'level',
      lower: ['subscriptions', 's', 'providers', 'microsoft.network'],
    });
    expect(parseArmPath('/')).toMatchObject({ kind: 'level', words: [] });
  });

  it.each([
    '/a/..',
    '/a/%2E%2e/b',
    '/a/%00',
    '/a/%5c',
    '/a%2fb',
    '/%E0%A4%A',
    `/${'a'.repeat(300)}`,
    `/${'a/'.repeat(5_000)}`,
  ])('%s is refused', (path) => {
    expect(parseArmPath(path)).toMatchObject({
      kind: 'arm-error',
      status: 400,
      code: 'InvalidRequestUri',
    });
  });
});
