import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import type { PerimeterAudit, RuleFinding } from '../questions/rules/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import type { CheckHead } from './check-head.ts';
import { flowJson } from './flow-text.ts';
import { diagnosticJson, gapJson, locationJson } from './location-json.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/rules.md lists it. */
export const RULES_JSON_VERSION = 1;

/** The same content as the text, for machines. Key order is fixed: the same input gives the same bytes. */
export function rulesJson(
  head: CheckHead,
  audit: PerimeterAudit,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): string {
  const json = {
    schemaVersion: RULES_JSON_VERSION,
    tool: { name: 'sallyport', version: head.version },
    paths: head.paths,
    contents: head.contents,
    data: head.data,
    asOf: head.asOf,
    boxes: audit.boxes,
    rules: audit.rules,
    removable: audit.removable.map(ruleJson),
    findings: audit.findings.map(findingJson),
    notAsked: audit.notAsked,
    inconclusive: audit.inconclusive,
    diagnostics: diagnostics.map(diagnosticJson),
    gaps: gaps.map(gapJson),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function findingJson(finding: RuleFinding): object {
  return {
    kind: finding.kind,
    message: finding.message,
    box: finding.box,
    lists: finding.lists,
    rule: ruleJson(finding.rule),
    others: finding.others.map(ruleJson),
    witnesses: finding.witnesses.map(({ flow, what }) => ({ flow: flowJson(flow), what })),
    needs: finding.needs.map(({ missing, at }) => ({ missing, ...locationJson(at) })),
    ...(finding.share === undefined ? {} : { share: finding.share }),
    mayGo: finding.mayGo,
  };
}

function ruleJson({ name, at }: Decider): object {
  return { name, ...locationJson(at) };
}
