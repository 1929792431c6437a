export * from './azure/application-gateway.ts';
export * from './azure/cluster.ts';
export * from './azure/common.ts';
export * from './azure/firewall.ts';
export * from './azure/network.ts';
export * from './kubernetes/objects.ts';
export * from './perimeter.ts';
export * from './snapshot.ts';
