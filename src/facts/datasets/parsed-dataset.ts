/** What a data file gave. No value: it is not such a file. Problems are sentences for people, one line each. */
export interface ParsedDataset<T> {
  readonly value: T | undefined;
  readonly problems: readonly string[];
}

export function datasetProblem<T>(message: string): ParsedDataset<T> {
  return { value: undefined, problems: [message] };
}

/** The JSON value of a text, or what is wrong with it. */
export function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    // A byte order mark is common in files that were downloaded by a browser.
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` };
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isListOf<T extends string | number>(
  value: unknown,
  type: 'string' | 'number',
): value is readonly T[] {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

/** The newest ISO date that any of the texts mentions; empty when none does. */
export function newestDate(texts: Iterable<string>): string {
  let newest = '';
  for (const text of texts) {
    for (const [date] of text.matchAll(/\d{4}-\d{2}-\d{2}/g)) if (date > newest) newest = date;
  }
  return newest;
}
