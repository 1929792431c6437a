import type { PodClass } from '../../../model/index.ts';
import type { PolicyIndex } from '../engine/coverage.ts';
import type { PolicyQuestion } from '../question.ts';
import { addressOfPod } from './address-match.ts';
import type { MatchContext } from './match-context.ts';
import type { ResolvedEnd } from './resolved-end.ts';

/** Everything a rule may look at, for one question with the far end taken for one thing. */
export function contextOf(
  index: PolicyIndex,
  question: PolicyQuestion,
  peer: ResolvedEnd,
  isHairpin: boolean,
  withDefects: boolean,
  heard: MatchContext['heard'],
): MatchContext {
  const ranges = question.ranges ?? index.set.ranges;
  const coverage = index.coverageOf(question.subject);
  return {
    set: index.set,
    ranges,
    profile: index.profile,
    direction: question.direction,
    subject: question.subject,
    subjectAddress:
      question.ranges === undefined ? coverage.address : addressOfPod(question.subject, ranges),
    peer,
    protocol: question.protocol,
    port: question.port,
    sourcePort: question.sourcePort,
    application: question.application,
    httpMethod: question.httpMethod,
    withDefects,
    isHairpin,
    label: peer.kind === 'pod' ? nameOf(peer.pod) : (peer.address.label ?? 'this address'),
    hasSeveralNumbers: index.hasSeveralNumbers,
    dnsAdmits: coverage.dnsAdmits,
    heard,
  };
}

export function nameOf(pod: PodClass): string {
  return `${pod.namespace}/${pod.name}`;
}
