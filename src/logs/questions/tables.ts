import { type ColumnType, LOG_COLUMNS, LOG_TABLES, type LogKind } from '../columns.ts';
import { type Expression, type Kind, number, type Source, text } from '../query/index.ts';

const KINDS: Readonly<Record<ColumnType, Kind>> = {
  text: 'text',
  int: 'number',
  real: 'number',
  bool: 'truth',
};

/** A column of a log's table, by its field: `column('network', 'sourceIp')` is `SourceIp`. */
export function column<K extends LogKind>(
  kind: K,
  field: keyof (typeof LOG_COLUMNS)[K] & string,
): Expression {
  const columns = LOG_COLUMNS[kind] as Readonly<
    Record<string, { readonly name: string; readonly type: ColumnType }>
  >;
  const { name, type } = columns[field]!;
  return { kind: KINDS[type], is: 'column', name };
}

/** When a record was written; every table has it. */
export const WRITTEN: Expression<'time'> = { kind: 'time', is: 'column', name: 'TimeGenerated' };

/** What every decision says, whichever table it stands in. */
export const DECISION_COLUMNS = {
  TimeGenerated: 'time',
  /** `network`, `application`, `dnat`, `threat`, `idps`. */
  Stage: 'text',
  Protocol: 'text',
  SourceIp: 'text',
  SourcePort: 'number',
  /** Empty for application rules, whose log has no address. */
  DestinationIp: 'text',
  /** Empty where the log has no name. */
  Fqdn: 'text',
  DestinationPort: 'number',
  /** `Allow`, `Deny`, `Alert`, `DNAT`: capitalised whatever the log's spelling. */
  Action: 'text',
  ActionReason: 'text',
  Policy: 'text',
  RuleCollectionGroup: 'text',
  RuleCollection: 'text',
  Rule: 'text',
} as const satisfies Readonly<Record<string, Kind>>;

type DecisionKind = 'network' | 'application' | 'dnat' | 'threat' | 'idps';

const FIELDS: Readonly<Record<string, string>> = {
  Protocol: 'protocol',
  SourceIp: 'sourceIp',
  SourcePort: 'sourcePort',
  DestinationIp: 'destinationIp',
  Fqdn: 'fqdn',
  DestinationPort: 'destinationPort',
  Action: 'action',
  ActionReason: 'actionReason',
  Policy: 'policy',
  RuleCollectionGroup: 'ruleCollectionGroup',
  RuleCollection: 'ruleCollection',
  Rule: 'rule',
};

/** Decisions of these stages as one list of rows; a column the table lacks is empty. */
export function decisions(...stages: readonly DecisionKind[]): readonly Source[] {
  return stages.map((stage) => {
    const has = LOG_COLUMNS[stage] as Readonly<Record<string, unknown>>;
    const columns = Object.entries(DECISION_COLUMNS).map(([name, kind]) => {
      if (name === 'TimeGenerated') return [name, WRITTEN] as const;
      if (name === 'Stage') return [name, text(stage)] as const;
      const field = FIELDS[name]!;
      if (name === 'Action') return [name, actionOf(stage)] as const;
      if (!(field in has)) return [name, kind === 'number' ? number(0) : text('')] as const;
      const of = column(stage, field as never);
      return [name, kind === 'text' ? filled(of as Expression<'text'>) : of] as const;
    });
    return { table: LOG_TABLES[stage].table, columns: Object.fromEntries(columns) };
  });
}

/** Absent and empty are the same to a question; Kusto has no absent texts, DuckDB has. */
export function filled(of: Expression<'text'>): Expression<'text'> {
  return { kind: 'text', is: 'filled', of };
}

function actionOf(stage: DecisionKind): Expression<'text'> {
  // A DNAT record has no action: it is there because a rule translated (azure-firewall 8.2). IDPS writes lower case.
  if (stage === 'dnat') return text('DNAT');
  const of = filled(column(stage, 'action' as never) as Expression<'text'>);
  return stage === 'idps' ? capitalised(of) : of;
}

function capitalised(of: Expression<'text'>): Expression<'text'> {
  const when = (['Alert', 'Deny', 'Allow', 'Drop'] as const).map(
    (word) =>
      [
        {
          kind: 'truth',
          is: 'compare',
          operator: '==',
          left: { kind: 'text', is: 'lower', of },
          right: text(word.toLowerCase()),
        },
        text(word),
      ] as const,
  );
  return { kind: 'text', is: 'choose', when, otherwise: of };
}
