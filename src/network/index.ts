export {
  firstUsableAddress,
  PLATFORM_ADDRESSES,
  PRIVATE_IPV4,
  PRIVATE_PREFIXES,
  PUBLIC_IPV4,
} from './address-space.ts';
export { aroundGateway } from './around-gateway.ts';
export { deriveNetwork } from './derive-network.ts';
export { type AddressLike, type AskedFrom, type FoundOwner, findOwner } from './find-owner.ts';
export { type FoundSubnet, subnetOf } from './find-subnet.ts';
export { homeOfObjects, isElsewhere } from './home-cluster.ts';
export { addressWithin, exactAddress, publicAddress } from './known-address.ts';
export { follow, targetOf, unseen } from './links.ts';
export * from './network.ts';
export { peerTo, vnetReaches } from './reach.ts';
export { podSelector, serviceKey } from './service-frontends.ts';
export { subnetOfPod, vnetOfFrontend } from './subnet-of-part.ts';
