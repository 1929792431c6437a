import { isAbsent, member, objectValue, stringOf, type Value } from '../../values/index.ts';
import { isExportedResource } from './identify-export.ts';

/** The resources of an export, whatever list they came in. */
export interface ExportedItems {
  readonly items: readonly Value[];
  /** What kind of answer it is, in words a person knows. */
  readonly form: string;
  /** ARM-76: the answer says of itself that it is one page of several. */
  readonly isPartial: boolean;
}

/** @returns `undefined` when nothing in it is a resource. An empty list is an export: of nothing. */
export function exportedItems(root: Value): ExportedItems | undefined {
  if (root.kind === 'array') return listOf(root, 'list of resources', false);
  if (root.kind !== 'object') return undefined;
  if (isExportedResource(root)) {
    return { items: [root], form: 'exported resource', isPartial: false };
  }
  const data = member(root, 'data');
  const isGraph = ['totalRecords', 'total_records', 'count'].some(
    (name) => member(root, name) !== undefined,
  );
  if (data !== undefined && (isGraph || data.kind === 'array')) {
    const rows = data.kind === 'object' ? rowsOf(data) : data;
    return listOf(rows, 'Resource Graph answer', isGraphPartial(root));
  }
  const isPartial = !isEmpty(member(root, 'nextLink'));
  return listOf(member(root, 'value'), 'list of resources', isPartial);
}

function listOf(
  list: Value | undefined,
  form: string,
  isPartial: boolean,
): ExportedItems | undefined {
  if (list?.kind !== 'array') return undefined;
  const items = flatten(list.items, 0);
  if (items.length > 0 && !items.some(isExportedResource)) return undefined;
  return { items, form, isPartial };
}

/** Lists of lists are what `jq -s` makes of several answers. */
function flatten(items: readonly Value[], depth: number): readonly Value[] {
  if (depth > 3 || !items.some((item) => item.kind === 'array' || isPage(item))) return items;
  return items.flatMap((item) => {
    if (item.kind === 'array') return flatten(item.items, depth + 1);
    const page = isPage(item) ? member(item, 'value') : undefined;
    return page?.kind === 'array' ? flatten(page.items, depth + 1) : [item];
  });
}

function isPage(item: Value): boolean {
  return (
    item.kind === 'object' && item.members.size <= 2 && member(item, 'value')?.kind === 'array'
  );
}

/** Resource Graph can answer as a table: column names once, then rows of cells. */
function rowsOf(table: Value): Value | undefined {
  const columns = member(table, 'columns');
  const rows = member(table, 'rows');
  if (columns?.kind !== 'array' || rows?.kind !== 'array') return undefined;
  const names = columns.items.map((column) => stringOf(member(column, 'name')));
  const items = rows.items.map((row) => {
    if (row.kind !== 'array') return row;
    const entries = row.items.flatMap((cell, index) => {
      const name = names[index];
      return name === undefined ? [] : [{ name, value: cell, at: cell.at }];
    });
    return objectValue(row.at, entries);
  });
  return { ...rows, items };
}

function isGraphPartial(root: Value): boolean {
  if (!isEmpty(member(root, 'skip_token')) || !isEmpty(member(root, '$skipToken'))) return true;
  const truncated = member(root, 'resultTruncated');
  return truncated?.kind === 'boolean' ? truncated.value : stringOf(truncated) === 'true';
}

function isEmpty(value: Value | undefined): boolean {
  return isAbsent(value) || (value.kind === 'string' && value.value === '');
}
