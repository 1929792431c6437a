import { ALL_IPV4, ALL_IPV6 } from '../../../net/index.ts';
import { type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import type { CiliumEntity } from '../policy.ts';
import { matchAddress } from './address-match.ts';
import type { MatchContext } from './match-context.ts';

/** @see K8P-44 */
export function matchEntity(entity: CiliumEntity, context: MatchContext): Match {
  const end = context.peer;
  switch (entity) {
    case 'all':
      return YES;
    case 'none':
      return NO;
    case 'cluster':
      if (end.kind !== 'outside') return YES;
      // The API server of AKS lies outside the cluster, yet carries an identity of its own.
      return end.isApiServer ? unknownMatch('whether the API server counts as `cluster`') : NO;
    case 'host':
      return end.kind === 'node' && end.which === 'own' ? YES : NO;
    case 'remote-node':
      return end.kind === 'node' && end.which === 'other' ? YES : NO;
    case 'world':
      return end.kind === 'outside' ? YES : NO;
    case 'world-ipv4':
      return end.kind === 'outside' ? matchAddress(ALL_IPV4, end.address) : NO;
    case 'world-ipv6':
      return end.kind === 'outside' ? matchAddress(ALL_IPV6, end.address) : NO;
    case 'kube-apiserver':
      if (end.kind !== 'outside' || !end.isApiServer) return NO;
      // Ingress from the API server of AKS arrives from a node, through the tunnel.
      return context.direction === 'egress'
        ? YES
        : unknownMatch('the address the API server uses to reach the pod');
    // Identities of things that are neither pods with labels nor addresses we are asked about.
    case 'ingress':
    case 'init':
    case 'health':
    case 'unmanaged':
      return NO;
  }
}
