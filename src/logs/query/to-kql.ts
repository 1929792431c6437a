import { assertNever } from '../../diagnostics/index.ts';
import type { Aggregate, Expression } from './expression.ts';
import type { Pipeline, Source, Step } from './pipeline.ts';

/**
 * A pipeline as KQL for Log Analytics and Azure Data Explorer, a step a line. Of several tables those that a workspace does not have
 * (yet) are left out by `isfuzzy`, which is about tables alone: a column that is not there is still an error.
 */
export function toKql({ sources, steps }: Pipeline): string {
  const [first, ...others] = sources.map(sourceKql);
  const start =
    others.length === 0 || first === undefined
      ? (first ?? '')
      : `union isfuzzy=true\n${[first, ...others].map((each) => `  (${each.replaceAll('\n', ' ')})`).join(',\n')}`;
  return [start, ...steps.map((step) => `| ${stepKql(step)}`)].join('\n');
}

function sourceKql({ table, columns, where }: Source): string {
  const list = Object.entries(columns).map(([name, of]) =>
    of.is === 'column' && of.name === name ? name : `${name} = ${kqlOf(of)}`,
  );
  const condition = where === undefined ? '' : `\n| where ${kqlOf(where)}`;
  return `${table}${condition}\n| project ${list.join(', ')}`;
}

function stepKql(step: Step): string {
  const assigned = (columns: Readonly<Record<string, Expression>>): string =>
    Object.entries(columns)
      .map(([name, of]) =>
        of.is === 'column' && of.name === name ? name : `${name} = ${kqlOf(of)}`,
      )
      .join(', ');
  switch (step.step) {
    case 'where':
      return `where ${kqlOf(step.of)}`;
    case 'extend':
      return `extend ${assigned(step.columns)}`;
    case 'summarize': {
      const list = Object.entries(step.aggregates).map(
        ([name, of]) => `${name} = ${aggregateKql(of)}`,
      );
      const by = assigned(step.by);
      return `summarize ${list.join(', ')}${by === '' ? '' : ` by ${by}`}`;
    }
    case 'project':
      return `project ${step.columns.join(', ')}`;
    case 'order':
      return `order by ${step.by
        .map(
          ({ column, descending }) =>
            `${column} ${descending ? 'desc nulls last' : 'asc nulls first'}`,
        )
        .join(', ')}`;
    case 'take':
      return `take ${Math.max(0, Math.trunc(step.rows))}`;
    default:
      return assertNever(step);
  }
}

function aggregateKql(of: Aggregate): string {
  switch (of.is) {
    case 'count':
      return 'count()';
    case 'count-if':
      return `countif(${kqlOf(of.of)})`;
    case 'distinct':
      return `count_distinct(${kqlOf(of.of)})`;
    case 'sum':
      return `sum(${kqlOf(of.of)})`;
    case 'min':
      return `min(${kqlOf(of.of)})`;
    case 'max':
      return `max(${kqlOf(of.of)})`;
    default:
      return assertNever(of);
  }
}

export function kqlOf(of: Expression): string {
  switch (of.is) {
    case 'column':
      return of.name;
    case 'literal':
      return literalKql(of.kind, of.value);
    case 'compare':
      return `(${kqlOf(of.left)} ${of.operator} ${kqlOf(of.right)})`;
    case 'all':
      return of.of.length === 0 ? 'true' : `(${of.of.map(kqlOf).join(' and ')})`;
    case 'any':
      return of.of.length === 0 ? 'false' : `(${of.of.map(kqlOf).join(' or ')})`;
    case 'not':
      return `not(${kqlOf(of.of)})`;
    case 'one-of':
      return of.values.length === 0
        ? 'false'
        : `(${kqlOf(of.value)} in (${of.values.map((value) => literalKql(of.value.kind, value)).join(', ')}))`;
    case 'text-match': {
      const operator = { starts: 'startswith_cs', ends: 'endswith_cs', contains: 'contains_cs' }[
        of.how
      ];
      return `(${kqlOf(of.value)} ${operator} ${literalKql('text', of.part)})`;
    }
    case 'lower':
      return `tolower(${kqlOf(of.of)})`;
    case 'filled':
      // Kusto has no absent texts.
      return kqlOf(of.of);
    case 'text-of':
      return `tostring(${kqlOf(of.of)})`;
    case 'extracted':
      return `extract(${literalKql('text', of.pattern)}, 1, ${kqlOf(of.of)})`;
    case 'joined':
      return `strcat(${of.of.map(kqlOf).join(', ')})`;
    case 'interval':
      return `bin(${kqlOf(of.of)}, ${of.seconds}s)`;
    case 'choose': {
      const cases = of.when.map(([when, then]) => `${kqlOf(when)}, ${kqlOf(then)}`);
      return `case(${[...cases, kqlOf(of.otherwise)].join(', ')})`;
    }
    case 'address-in': {
      if (of.ranges.length === 0) return 'false';
      const value = `parse_ipv4(${kqlOf(of.of)})`;
      return `(${of.ranges.map(([low, high]) => `${value} between (${low} .. ${high})`).join(' or ')})`;
    }
    case 'arithmetic':
      return of.operator === '/'
        ? `(iff(${kqlOf(of.right)} == 0, real(null), todouble(${kqlOf(of.left)}) / ${kqlOf(of.right)}))`
        : `(${kqlOf(of.left)} ${of.operator} ${kqlOf(of.right)})`;
    default:
      return assertNever(of);
  }
}

function literalKql(kind: Expression['kind'], value: string | number | boolean): string {
  if (kind === 'time') return `datetime(${String(value).replace(/[^0-9TZ:.+-]/g, '')})`;
  if (typeof value === 'string') return textKql(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return Number.isFinite(value) ? String(value) : 'real(null)';
}

/** A string literal: everything but plain printable ASCII is escaped, so nothing can end it or start another statement. */
function textKql(value: string): string {
  let quoted = '';
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    const isPlain = unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
    quoted += isPlain ? value[at] : `\\u${unit.toString(16).padStart(4, '0')}`;
  }
  return `"${quoted}"`;
}
