import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OperationalError, sourceText } from '../diagnostics/index.ts';
import { importPerimeter } from '../importers/perimeter-yaml/index.ts';
import { type Answers, decide, PURPOSES, type Purpose, writePage } from '../intent/index.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { terminal } from './terminal.ts';

export interface InitOptions {
  readonly name?: string;
  readonly location?: string;
  readonly environment?: string;
  readonly hub?: string;
  readonly spoke?: string;
  readonly pods?: string;
  readonly reachablePods?: boolean;
  readonly purpose?: Purpose;
  readonly namespace?: string;
  /** Take the suggested answer to whatever no flag says. */
  readonly yes?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** Asks what no flag says where a person sits, writes `perimeter.yaml`, and says what was decided. Never overwrites. */
export async function initCommand(folder: string, options: InitOptions): Promise<ExitCode> {
  const output = terminal(options);
  const answers = await answersFor(options);
  const text = writePage(answers);
  // A page that would be refused when it is read is refused here, before it is there.
  const read = importPerimeter(text, sourceText('perimeter.yaml', text));
  if (read.kind === 'faulty') {
    const first = read.diagnostics.find(({ severity }) => severity === 'error');
    throw new InputError(first?.message ?? 'the answers make no page', first?.hint);
  }
  const file = folder === '.' ? 'perimeter.yaml' : join(folder, 'perimeter.yaml');
  await writeNew(file, text);
  const { plugin, outbound, tier, advice } = decide(answers);
  output.out(`${file} written.\n\n`);
  for (const [what, { value, why }] of Object.entries({ plugin, outbound, tier })) {
    output.out(` ${what.padEnd(9)} ${value}: ${why}\n`);
  }
  for (const line of advice) output.out(`\n Before you go on: ${line}\n`);
  output.out(`\n next      sallyport check ${folder}\n`);
  return 0;
}

interface Question {
  readonly flag: keyof InitOptions;
  readonly text: string;
  readonly suggested: string;
  readonly accepts: RegExp;
  readonly form: string;
}

const CIDR = /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/;
const NAME = /^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

const QUESTIONS: readonly Question[] = [
  {
    flag: 'name',
    text: 'What is the workload called?',
    suggested: 'shop',
    accepts: NAME,
    form: 'lower-case letters, digits and -, at most 32',
  },
  {
    flag: 'location',
    text: 'Which Azure region?',
    suggested: 'westeurope',
    accepts: /^[a-z][a-z0-9]+$/,
    form: 'the short form, such as westeurope',
  },
  {
    flag: 'purpose',
    text: `What is it for (${PURPOSES.join(', ')})?`,
    suggested: 'production',
    accepts: new RegExp(`^(?:${PURPOSES.join('|')})$`),
    form: PURPOSES.join(', '),
  },
  {
    flag: 'environment',
    text: 'Which stage?',
    suggested: 'prod',
    accepts: NAME,
    form: 'a short name, such as prod or dev',
  },
  {
    flag: 'hub',
    text: 'Which range for the hub network?',
    suggested: '10.0.0.0/24',
    accepts: CIDR,
    form: 'a range, such as 10.0.0.0/24',
  },
  {
    flag: 'spoke',
    text: 'Which range for the network of the cluster?',
    suggested: '10.1.0.0/16',
    accepts: CIDR,
    form: 'a range, such as 10.1.0.0/16',
  },
  {
    flag: 'pods',
    text: 'How many pods at most?',
    suggested: '500',
    accepts: /^[1-9]\d{0,5}$/,
    form: 'a number from 1 to 999999',
  },
  {
    flag: 'reachablePods',
    text: 'Do other networks call pods by their own addresses (yes, no)?',
    suggested: 'no',
    accepts: /^(?:yes|no)$/,
    form: 'yes or no',
  },
  {
    flag: 'namespace',
    text: 'Which namespace does the workload run in?',
    suggested: 'shop',
    accepts: NAME,
    form: 'lower-case letters, digits and -, at most 32',
  },
];

async function answersFor(options: InitOptions): Promise<Answers> {
  const isAsked = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = isAsked && options.yes !== true ? typedLines() : undefined;
  const given = new Map<string, string>();
  try {
    for (const question of QUESTIONS) {
      const { flag } = question;
      const written = options[flag];
      const suggested =
        flag === 'namespace' ? (given.get('name') ?? question.suggested) : question.suggested;
      const answer =
        written === undefined
          ? await ask(lines, { ...question, suggested })
          : written === true
            ? 'yes'
            : String(written);
      if (!question.accepts.test(answer)) {
        throw new InputError(`\`${answer}\` is no answer to: ${question.text}`, question.form);
      }
      given.set(flag, answer);
    }
  } finally {
    lines?.close();
  }
  const text = (flag: string): string => given.get(flag) ?? '';
  return {
    name: text('name'),
    location: text('location'),
    environment: text('environment'),
    hubSpace: text('hub'),
    spokeSpace: text('spoke'),
    pods: Number(text('pods')),
    hasReachablePods: text('reachablePods') === 'yes',
    purpose: PURPOSES.find((one) => one === text('purpose')) ?? 'production',
    namespace: text('namespace'),
  };
}

interface TypedLines {
  /** The next line; `undefined` when there is no other. */
  readonly next: () => Promise<string | undefined>;
  readonly close: () => void;
}

/** Lines as they are typed. Lines that are pasted before they are asked for are kept. */
function typedLines(): TypedLines {
  const typed = createInterface({ input: process.stdin });
  const iterator = typed[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await iterator.next();
      return done === true ? undefined : value;
    },
    close: () => typed.close(),
  };
}

async function ask(
  lines: TypedLines | undefined,
  { text, suggested, accepts, form }: Question,
): Promise<string> {
  if (lines === undefined) return suggested;
  for (;;) {
    process.stdout.write(`${text} [${suggested}] `);
    const typed = await lines.next();
    if (typed === undefined) {
      process.stdout.write('\n');
      throw new InputError('the questions were not answered to the end', 'nothing was written');
    }
    const answer = typed.trim() || suggested;
    if (accepts.test(answer)) return answer;
    process.stdout.write(`  write ${form}\n`);
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    // `wx`: what is there already was written by somebody.
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') {
      throw new InputError(`\`${file}\` is there already`, 'move it away, or name another folder');
    }
    if (code === 'ENOENT') {
      throw new InputError(`the folder of \`${file}\` is not there`, 'make it first');
    }
    throw new OperationalError('file/cannot-write', `\`${file}\` cannot be written (${code})`, {
      cause: error,
    });
  }
}
