import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Kusto {
  readonly Language: {
    readonly Symbols: {
      readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
      readonly DatabaseSymbol: {
        readonly $ctor2: new (name: string, alternate: null, members: unknown[]) => unknown;
      };
    };
    readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
    readonly KustoCode: {
      ParseAndAnalyze(
        text: string,
        globals: unknown,
      ): { GetDiagnostics(): { readonly Count: number; getItem(at: number): { Message: string } } };
    };
  };
}

/**
 * Microsoft's own parser and binder of KQL, over tables of these columns (`name: kusto type`).
 * @returns for each query what it finds wrong; empty when the query means something
 */
export function kustoBinder(
  tables: Readonly<Record<string, Readonly<Record<string, string>>>>,
): (query: string) => readonly string[] {
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const { Language } = (globalThis as unknown as { Kusto: Kusto }).Kusto;
  const symbols = Object.entries(tables).map(([name, columns]) => {
    const list = Object.entries(columns).map(([column, type]) => `${column}: ${type}`);
    return Language.Symbols.TableSymbol.From(`(${list.join(', ')})`).WithName(name);
  });
  const database = new Language.Symbols.DatabaseSymbol.$ctor2('logs', null, symbols);
  const globals = Language.GlobalState.Default.WithDatabase(database);
  return (query) => {
    const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    return Array.from({ length: found.Count }, (_, at) => found.getItem(at).Message);
  };
}
