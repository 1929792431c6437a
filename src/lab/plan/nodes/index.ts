export type { ClusterDnsConfig, ClusterDnsRecord } from './cluster-dns.ts';
export { planNodes } from './plan-nodes.ts';
