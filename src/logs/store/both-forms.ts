import type { Diagnostic } from '../../diagnostics/index.ts';
import { LOG_TABLES, type LogKind } from '../columns.ts';
import type { LogStore } from './open-store.ts';

/** Logs that Azure Firewall writes in two forms: as structured records, and as the texts of `AzureDiagnostics` (azure-firewall 8.4). */
const TWICE: readonly LogKind[] = ['network', 'application', 'dnat', 'threat', 'dns'];

/**
 * Says where logs of one firewall and one time are there in both forms, as two diagnostic settings send them: each decision is in the store twice then, and
 * every count too high. The texts lack what the records have, so that nothing tells two of them to be one.
 */
export async function bothForms({ connection }: LogStore): Promise<Diagnostic | undefined> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  for (const kind of TWICE) {
    const table = LOG_TABLES[kind].table;
    const times = (form: string) =>
      `SELECT epoch_us(min(TimeGenerated)), epoch_us(max(TimeGenerated)) FROM "${table}" WHERE _Form = '${form}'`;
    // Stores without texts are the rule: nothing of them needs to be read to know it.
    const [[first, last] = []] = await rows(times('legacy'));
    if (first === null || first === undefined) continue;
    const [[from, to] = []] = await rows(
      `${times('structured')} AND TimeGenerated BETWEEN make_timestamp(${first}) AND make_timestamp(${last})
       AND lower(_ResourceId) IN (SELECT DISTINCT lower(_ResourceId) FROM "${table}" WHERE _Form = 'legacy')`,
    );
    if (from === null || from === undefined) continue;
    const day = (micros: unknown) => new Date(Number(micros) / 1000).toISOString().slice(0, 16);
    return {
      code: 'logs/both-forms',
      severity: 'warning',
      message: `the same decisions are there in both forms, structured and as text, from ${day(from)} to ${day(to)} UTC: they count twice`,
      hint: 'read one of them: the folders `insights-logs-azfw…`, or `insights-logs-azurefirewall…`',
    };
  }
  return undefined;
}
