import type { JournalEntry } from '../rehearse/index.ts';

/** A request that broke something inside: the client got an error without a stack, the person is told whose fault it was. */
export function reportBug(error: unknown, { method, path }: JournalEntry): void {
  const what =
    error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
  process.stderr.write(`bug: ${method} ${path} broke the endpoint: ${what}\n`);
  if (process.env['SALLYPORT_DEBUG'] === '1' && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
}
