import { allOf, anyOf, type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import type { RequestRules } from '../policy.ts';
import type { MatchContext } from './match-context.ts';

/**
 * A port with L7 rules: the connection opens, the request inside must fit one rule (K8P-46). Asked only about the
 * connection, it opens and a note says that requests are judged one by one.
 * @param match whether the port itself matches
 */
export function matchRequest(match: Match, rules: RequestRules, context: MatchContext): Match {
  if (match.kind === 'no') return NO;
  const request = fits(rules, context);
  if (request === undefined) {
    context.heard.perRequest = true;
    return match;
  }
  if (request.kind === 'no') {
    context.heard.refused = true;
    return NO;
  }
  return allOf([match, request]);
}

/** `undefined` when nothing is known or asked about the request. */
function fits(rules: RequestRules, context: MatchContext): Match | undefined {
  if (rules.kind === 'unsupported') return { kind: 'unknown', why: [rules.why] };
  const application = context.application;
  if (application === undefined || application.kind === 'none') return undefined;
  if (rules.kind === 'dns') return undefined;
  if (application.kind !== 'http') {
    return unknownMatch('what the proxy reads of a connection that is not plain HTTP', rules.at);
  }
  if (rules.rules.length === 0) return YES;
  return anyOf(
    rules.rules.map((rule) =>
      allOf([
        matchPattern(rule.method, context.httpMethod, 'the HTTP method'),
        matchPattern(rule.path, application.path, 'the HTTP path'),
        matchPattern(rule.host, application.host, 'the HTTP host'),
        rule.hasHeaders ? unknownMatch('the HTTP headers', rules.at) : YES,
      ]),
    ),
  );
}

/** Anchored extended regular expressions. One we cannot run leaves the answer open. */
function matchPattern(pattern: string | undefined, text: string | undefined, what: string): Match {
  if (pattern === undefined || pattern === '' || pattern === '.*') return YES;
  if (text === undefined) return unknownMatch(what);
  if (/^[A-Za-z0-9/_-]*$/.test(pattern)) return pattern === text ? YES : NO;
  // Only single-star tails are run: a hostile pattern must not hold up the program.
  const prefix = /^([A-Za-z0-9/_-]*)\.\*$/.exec(pattern);
  if (prefix !== null) return text.startsWith(prefix[1]!) ? YES : NO;
  return unknownMatch(`whether ${what} fits \`${pattern}\``);
}
