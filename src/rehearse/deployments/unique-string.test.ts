import { describe, expect, it } from 'vitest';
import { templateGuid, uniqueString } from './unique-string.ts';

describe('names made by hashing', () => {
  it('uniqueString gives what Azure gives (vector of terraform-provider-azapi, checked there against Bicep)', () => {
    expect(
      uniqueString(['/subscriptions/00000000-0000-0000-0000-000000000000', 'resource-id']),
    ).toBe('cwvxuqg24sifi');
  });

  // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830"), "a-b-c"))'
  it('guid is a UUID version 5 of the arguments joined by hyphens', () => {
    expect(templateGuid(['a', 'b', 'c'])).toBe('a98fa280-e03f-5afa-8d8e-92d0a9c201e8');
    expect(templateGuid(['é'])).toBe('00e3d13f-31a7-5e5b-ac3b-5598870502dd');
  });
});
