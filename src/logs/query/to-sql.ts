import { assertNever } from '../../diagnostics/index.ts';
import type { Aggregate, Expression } from './expression.ts';
import { ipv4Pattern } from './ipv4-pattern.ts';
import type { Pipeline, Source, Step } from './pipeline.ts';

/**
 * A pipeline as SQL for DuckDB: one common table expression per step, so that it reads from top to bottom like the pipeline. Values are
 * literals quoted as SQL says; nothing of a value can end its quotes.
 */
export function toSql({ sources, steps }: Pipeline): string {
  const parts = [`t0 AS (\n${sources.map(sourceSql).join('\n  UNION ALL\n')}\n)`];
  let order = '';
  for (const [index, step] of steps.entries()) {
    const above = `t${index}`;
    if (step.step === 'order') order = orderSql(step);
    // An order counts where rows are taken, and at the end.
    const tail = step.step === 'take' ? order : '';
    parts.push(`t${index + 1} AS (\n  ${stepSql(step, above, tail)}\n)`);
    if (step.step === 'summarize') order = '';
  }
  return `WITH ${parts.join(',\n')}\nSELECT * FROM t${steps.length}${order}`;
}

function sourceSql({ table, columns, where }: Source): string {
  const list = Object.entries(columns).map(([name, of]) => `${sqlOf(of)} AS ${name_(name)}`);
  const condition = where === undefined ? '' : ` WHERE ${sqlOf(where)}`;
  return `  SELECT ${list.join(', ')} FROM ${name_(table)}${condition}`;
}

function orderSql({ by }: Extract<Step, { step: 'order' }>): string {
  const list = by.map(
    ({ column, descending }) =>
      `${name_(column)} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`,
  );
  return ` ORDER BY ${list.join(', ')}`;
}

function stepSql(step: Step, above: string, order: string): string {
  switch (step.step) {
    case 'where':
      return `SELECT * FROM ${above} WHERE ${sqlOf(step.of)}`;
    case 'extend': {
      const added = Object.entries(step.columns).map(
        ([name, of]) => `${sqlOf(of)} AS ${name_(name)}`,
      );
      return `SELECT *, ${added.join(', ')} FROM ${above}`;
    }
    case 'summarize': {
      const by = Object.entries(step.by);
      const list = [
        ...by.map(([name, of]) => `${sqlOf(of)} AS ${name_(name)}`),
        ...Object.entries(step.aggregates).map(
          ([name, of]) => `${aggregateSql(of)} AS ${name_(name)}`,
        ),
      ];
      const grouped = by.length === 0 ? '' : ` GROUP BY ${by.map((_, at) => at + 1).join(', ')}`;
      return `SELECT ${list.join(', ')} FROM ${above}${grouped}`;
    }
    case 'project':
      return `SELECT ${step.columns.map(name_).join(', ')} FROM ${above}`;
    case 'order':
      return `SELECT * FROM ${above}`;
    case 'take':
      return `SELECT * FROM ${above}${order} LIMIT ${Math.max(0, Math.trunc(step.rows))}`;
    default:
      return assertNever(step);
  }
}

function aggregateSql(of: Aggregate): string {
  switch (of.is) {
    case 'count':
      return 'count(*)';
    case 'count-if':
      return `count(*) FILTER (WHERE ${sqlOf(of.of)})`;
    case 'distinct':
      return `count(DISTINCT ${sqlOf(of.of)})`;
    case 'sum':
      return `coalesce(sum(${sqlOf(of.of)}), 0)`;
    case 'min':
      return `min(${sqlOf(of.of)})`;
    case 'max':
      return `max(${sqlOf(of.of)})`;
    default:
      return assertNever(of);
  }
}

/** An expression over the columns of the step above. */
export function sqlOf(of: Expression): string {
  switch (of.is) {
    case 'column':
      return name_(of.name);
    case 'literal':
      return literalSql(of.kind, of.value);
    case 'compare': {
      const operator = of.operator === '==' ? '=' : of.operator === '!=' ? '<>' : of.operator;
      return `(${sqlOf(of.left)} ${operator} ${sqlOf(of.right)})`;
    }
    case 'all':
      return of.of.length === 0 ? 'true' : `(${of.of.map(sqlOf).join(' AND ')})`;
    case 'any':
      return of.of.length === 0 ? 'false' : `(${of.of.map(sqlOf).join(' OR ')})`;
    case 'not':
      return `(NOT ${sqlOf(of.of)})`;
    case 'one-of':
      return of.values.length === 0
        ? 'false'
        : `(${sqlOf(of.value)} IN (${of.values.map((value) => literalSql(of.value.kind, value)).join(', ')}))`;
    case 'text-match': {
      const name = { starts: 'starts_with', ends: 'suffix', contains: 'contains' }[of.how];
      return `${name}(${sqlOf(of.value)}, ${literalSql('text', of.part)})`;
    }
    case 'lower':
      return `lower(${sqlOf(of.of)})`;
    case 'filled':
      return `coalesce(${sqlOf(of.of)}, '')`;
    case 'text-of':
      return `CAST(${sqlOf(of.of)} AS VARCHAR)`;
    case 'extracted':
      return `regexp_extract(${sqlOf(of.of)}, ${literalSql('text', of.pattern)}, 1)`;
    case 'joined':
      return `(${of.of.map(sqlOf).join(' || ')})`;
    case 'interval':
      return `time_bucket(INTERVAL ${of.seconds} SECONDS, ${sqlOf(of.of)}, TIMESTAMP '1970-01-01')`;
    case 'choose': {
      const cases = of.when.map(([when, then]) => `WHEN ${sqlOf(when)} THEN ${sqlOf(then)}`);
      return `CASE ${cases.join(' ')} ELSE ${sqlOf(of.otherwise)} END`;
    }
    case 'address-in':
      if (of.ranges.length === 0) return 'false';
      return `coalesce(regexp_full_match(${sqlOf(of.of)}, ${literalSql('text', ipv4Pattern(of.ranges))}), false)`;
    case 'arithmetic':
      return of.operator === '/'
        ? `(CAST(${sqlOf(of.left)} AS DOUBLE) / nullif(${sqlOf(of.right)}, 0))`
        : `(${sqlOf(of.left)} ${of.operator} ${sqlOf(of.right)})`;
    default:
      return assertNever(of);
  }
}

function literalSql(kind: Expression['kind'], value: string | number | boolean): string {
  if (kind === 'time')
    return `TIMESTAMP '${String(value).replace('T', ' ').replace('Z', '').replaceAll("'", "''")}'`;
  if (typeof value === 'string') return textSql(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return Number.isFinite(value) ? String(value) : 'NULL';
}

/** DuckDB reads no escapes inside '…', but a NUL would end the statement in the client: it is put together by `chr`. */
function textSql(value: string): string {
  return value
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ');
}

/** A quoted identifier. Names come from the tables of this room, never from logs; quoted all the same. */
function name_(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
