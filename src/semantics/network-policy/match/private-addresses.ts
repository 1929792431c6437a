import { type AddressSet, addressSet, parseIpRange } from '../../../net/index.ts';

/** Where a pod or a node can have its address when the cluster's ranges are not known. */
export const PRIVATE_ADDRESSES: AddressSet = addressSet(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
    (text) => parseIpRange(text)!,
  ),
);
