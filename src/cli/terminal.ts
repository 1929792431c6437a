import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Style } from '../report/style.ts';

/** What the process may print to, so that commands can be run in tests. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly style: Style;
  /** Progress goes to the error stream, only where a person watches. */
  readonly progress: (text: string) => void;
}

export interface TerminalOptions {
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** The real terminal. Colour follows NO_COLOR, FORCE_COLOR and whether a terminal is there. */
export function terminal(options: TerminalOptions): Output & { readonly done: () => void } {
  const isTerminal = process.stdout.isTTY === true;
  const wanted = process.env['NO_COLOR'] === undefined && options.color !== false;
  const forced = process.env['FORCE_COLOR'] !== undefined && process.env['FORCE_COLOR'] !== '0';
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  const style: Style = {
    colour: wanted && (forced || isTerminal),
    width,
    ...(isTerminal && wanted
      ? {
          link: (text, { file, line }) =>
            `\u001b]8;;${pathToFileURL(resolve(file)).href}#L${line}\u001b\\${text}\u001b]8;;\u001b\\`,
        }
      : {}),
  };
  const watched = process.stderr.isTTY === true && options.quiet !== true;
  const started = performance.now();
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    style,
    out: (text) => {
      clear();
      process.stdout.write(text);
    },
    err: (text) => {
      clear();
      process.stderr.write(text);
    },
    // Anything that ends within a second shows nothing.
    progress: (text) => {
      if (!watched || performance.now() - started < 1000) return;
      process.stderr.write(`\r\u001b[2K${text.slice(0, width - 1)}`);
      shown = true;
    },
    done: clear,
  };
}
