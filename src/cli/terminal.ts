import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Style, safe } from '../report/style.ts';

/** What a command may print to. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly style: Style;
  /** A person watches: what differs from run to run may be shown. */
  readonly isInteractive: boolean;
  /** Goes to the error stream, only where a person watches, and not before a second has passed. */
  readonly progress: (text: string) => void;
  /** Wipes the progress away. */
  readonly done: () => void;
}

export interface TerminalOptions {
  readonly color?: boolean;
  readonly quiet?: boolean;
}

const PATIENCE_MILLISECONDS = 1000;

/** The real terminal. */
export function terminal(options: TerminalOptions): Output {
  const { stdout, stderr } = process;
  const isDumb = process.env['TERM'] === 'dumb';
  const isTerminal = stdout.isTTY === true && !isDumb;
  const colour = wantsColour(options, isTerminal);
  const width = Math.min(120, Math.max(60, stdout.columns ?? columnsAsked()));
  const isWatched = stderr.isTTY === true && !isDumb && options.quiet !== true;
  const started = performance.now();
  let isShown = false;
  const done = () => {
    if (isShown) stderr.write('\r\u001b[2K');
    isShown = false;
  };
  return {
    style: { colour, width, ...(isTerminal && colour ? { link } : {}) },
    isInteractive: isTerminal,
    out: (text) => {
      done();
      stdout.write(text);
    },
    err: (text) => {
      done();
      stderr.write(text);
    },
    progress: (text) => {
      if (!isWatched || performance.now() - started < PATIENCE_MILLISECONDS) return;
      stderr.write(`\r\u001b[2K${safe(text).slice(0, (stderr.columns ?? 80) - 1)}`);
      isShown = true;
    },
    done,
  };
}

/** Shells keep COLUMNS to themselves: where it is set, somebody asked for it. */
function columnsAsked(): number {
  const { COLUMNS: asked = '' } = process.env;
  return /^\d+$/.test(asked) ? Number(asked) : 100;
}

/** https://no-color.org: any value that is not empty. `--no-color` and NO_COLOR win over FORCE_COLOR. */
function wantsColour(options: TerminalOptions, isTerminal: boolean): boolean {
  const { NO_COLOR: refused = '', FORCE_COLOR: forced = '0' } = process.env;
  if (refused !== '' || options.color === false) return false;
  return isTerminal || (forced !== '0' && forced !== 'false');
}

/** OSC 8: the terminal opens the file. Editors agree on no way to say the line; most take it from the fragment. */
const link: NonNullable<Style['link']> = (text, { file, line }) =>
  `\u001b]8;;${pathToFileURL(resolve(file)).href}#L${line}\u001b\\${text}\u001b]8;;\u001b\\`;
