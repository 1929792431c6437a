import { dataSourceOf } from './data-sources.ts';
import { printed } from './expression.ts';
import { argument, blockLines } from './hcl-layout.ts';
import { hclString } from './hcl-text.ts';
import { groupExpression, scopeOf } from './scope-expression.ts';
import { idExpression, nameExpression } from './value-lines.ts';
import { readLabel, type Writer } from './writer.ts';

/** What is looked up: the subscription, groups whose ids are asked for, and answers in ARM's own words. */
export function dataBlocks(writer: Writer): {
  readonly blocks: readonly string[];
  readonly hasAzapi: boolean;
} {
  const { used, byKey } = writer;
  const blocks: string[] = [];
  // Written first: asking may make use of the others.
  const reads = [...used.reads].sort(([a], [b]) => (a < b ? -1 : 1));
  const answers = reads.flatMap(([key, paths]) => {
    const resource = byKey.get(key);
    if (resource === undefined) return [];
    const version = resource.apiVersion === '' ? '2021-04-01' : resource.apiVersion;
    return dataBlock('azapi_resource', readLabel(writer, key), [
      argument('type', hclString(`${resource.type}@${version}`)),
      argument('resource_id', printed(idExpression(writer, key, false))),
      argument('response_export_values', `[${[...paths].sort().map(hclString).join(', ')}]`),
    ]);
  });
  const existing = [...used.existing].sort().flatMap((key) => {
    const resource = byKey.get(key);
    const type = resource === undefined ? undefined : dataSourceOf(resource.type);
    if (resource === undefined || type === undefined) return [];
    const group = groupExpression(writer, scopeOf(writer, resource.scope));
    return dataBlock(type.terraform, readLabel(writer, key), [
      argument('name', printed(nameExpression(writer, resource))),
      argument('resource_group_name', printed(group)),
    ]);
  });
  for (const [key, label] of [...used.groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = printed(groupExpression(writer, scopeOf(writer, key)));
    blocks.push(...dataBlock('azurerm_resource_group', label, [argument('name', name)]));
  }
  if (used.isSubscriptionAsked) blocks.unshift(...dataBlock('azurerm_subscription', 'current', []));
  return { blocks: [...blocks, ...existing, ...answers], hasAzapi: answers.length > 0 };
}

function dataBlock(
  type: string,
  label: string,
  entries: Parameters<typeof blockLines>[1],
): readonly string[] {
  return [blockLines(`data ${hclString(type)} ${hclString(label)}`, entries).join('\n')];
}
