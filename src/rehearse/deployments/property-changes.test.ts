import { describe, expect, it } from 'vitest';
import { propertyChanges } from './property-changes.ts';

describe('what differs between two tellings of a resource', () => {
  it('nothing, whatever the order of members, the case of their names, and what every write changes', () => {
    expect(
      propertyChanges(
        { a: 1, b: { c: [1, { d: 2 }] }, etag: 'x', gone: null },
        { B: { c: [1, { d: 2 }] }, a: 1, etag: 'y', provisioningState: 'Updating' },
      ),
    ).toEqual([]);
  });

  it('objects are flattened into paths', () => {
    expect(propertyChanges({ p: { q: { r: 1, s: 2 } } }, { p: { q: { r: 3, t: 4 } } })).toEqual([
      { path: 'p.q.r', propertyChangeType: 'Modify', before: 1, after: 3 },
      { path: 'p.q.s', propertyChangeType: 'Delete', before: 2 },
      { path: 'p.q.t', propertyChangeType: 'Create', after: 4 },
    ]);
  });

  it('named items are compared by name, others by place', () => {
    expect(
      propertyChanges(
        {
          rules: [
            { name: 'a', x: 1 },
            { name: 'b', x: 2 },
          ],
        },
        {
          rules: [
            { name: 'B', x: 2 },
            { name: 'a', x: 9 },
          ],
        },
      ),
    ).toEqual([
      {
        path: 'rules',
        propertyChangeType: 'Array',
        children: [
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [{ path: 'name', propertyChangeType: 'Modify', before: 'b', after: 'B' }],
          },
          {
            path: '1',
            propertyChangeType: 'Modify',
            children: [{ path: 'x', propertyChangeType: 'Modify', before: 1, after: 9 }],
          },
        ],
      },
    ]);
    expect(propertyChanges({ l: ['a', 'b'] }, { l: ['a', 'c', 'd'] })).toEqual([
      {
        path: 'l',
        propertyChangeType: 'Array',
        children: [
          { path: '1', propertyChangeType: 'Modify', before: 'b', after: 'c' },
          { path: '2', propertyChangeType: 'Create', after: 'd' },
        ],
      },
    ]);
  });

  it('a value of another kind is a change, and false is not nothing', () => {
    expect(propertyChanges({ a: false, b: {} }, { b: [] })).toEqual([
      { path: 'a', propertyChangeType: 'Delete', before: false },
      { path: 'b', propertyChangeType: 'Modify', before: {}, after: [] },
    ]);
  });
});
