import type { Application } from '../flow.ts';
import { nameOf } from './application-rule.ts';

/** Names that AKS guidance mentions and that may be in the built-in collection (AFW-58). */
const CANDIDATES: readonly RegExp[] = [
  /^md-.*\.blob\.storage\.azure\.net$/,
  /^umsa.*\.blob\.core\.windows\.net$/,
];

/** May the name be in the built-in infrastructure collection? Its members are not published (AFW-57). */
export function mayBeInfrastructure(application: Application): boolean {
  if (application.kind !== 'http' && application.kind !== 'https') return false;
  const name = nameOf(application);
  return name !== undefined && CANDIDATES.some((pattern) => pattern.test(name));
}
