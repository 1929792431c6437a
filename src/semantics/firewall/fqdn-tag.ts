import type { FqdnTagMember, FqdnTags } from '../../facts/index.ts';
import type { FqdnAt } from '../../model/index.ts';
import type { Flow } from '../flow.ts';
import { type Match, NO, YES } from '../verdict.ts';
import { matchesFqdn, parseFqdnPattern } from './fqdn-pattern.ts';

/**
 * Does an FQDN tag cover the name? `yes` for documented members on a documented port; never `no`, since Microsoft
 * does not publish the members (AFW-54). The doubt carries the tag's name.
 * @param name host or server name of the flow; `undefined` when it shows none
 * @param location of the cluster, for `<location>` in documented names
 */
export function matchFqdnTag(
  tag: FqdnAt,
  name: string | undefined,
  flow: Flow,
  tags: FqdnTags,
  location: string | undefined,
): Match {
  if (name === undefined) return NO;
  const members = tags.tags.get(tag.text.toLowerCase()) ?? [];
  let isNamed = false;
  for (const member of members) {
    if (member.standing !== 'documented' || !covers(member.fqdn, name, location)) continue;
    if (speaks(member, flow)) return YES;
    isNamed = true;
  }
  const missing = isNamed
    ? `whether FQDN tag ${tag.text} covers ${name} on port ${flow.destinationPort ?? '?'}`
    : `whether FQDN tag ${tag.text} contains ${name}`;
  return { kind: 'unknown', why: [{ missing, at: tag.at, fqdnTag: tag.text }] };
}

/** With the region unknown a regional name covers nothing for certain. */
function covers(fqdn: string, name: string, location: string | undefined): boolean {
  const written = location === undefined ? fqdn : fqdn.replaceAll('<location>', location);
  if (written.includes('<')) return false;
  const pattern = parseFqdnPattern(written);
  return pattern !== undefined && matchesFqdn(pattern, name);
}

/** Members are documented for HTTP and HTTPS only. */
function speaks(member: FqdnTagMember, flow: Flow): boolean {
  const { kind } = flow.application;
  if (kind !== 'http' && kind !== 'https') return false;
  const protocol = kind === 'http' ? 'Http' : 'Https';
  return member.ports.some(
    (port) => port.protocol === protocol && port.port === flow.destinationPort,
  );
}
