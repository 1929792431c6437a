import { type Json, parseAnswer } from './json.ts';
import { runProgram, tellingLine } from './run-program.ts';

export interface KubectlOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds?: number;
}

export type Told =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string; readonly isMissing: boolean };

/** Asks a cluster through the person's own `kubectl`, which honours every way to sign in that a kubeconfig knows (npm-choices 1). */
export type Kubectl = (...args: readonly string[]) => Promise<Told>;

const TIMEOUT_MILLISECONDS = 60_000;
const OUT_MAX = 256 * 1024 * 1024;

/** Words that only read. Anything else would be a mistake of ours. */
export type Reading = 'get' | 'api-resources' | 'config';

export function kubectl(options: KubectlOptions): Kubectl {
  const { kubeconfig, context, env, signal } = options;
  const timeoutMilliseconds = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  // As one word each: a name that begins with a dash is no option of kubectl's.
  const where = [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
  ];
  return async (...args) => {
    const seconds = Math.max(1, Math.floor(timeoutMilliseconds / 1000) - 1);
    const ran = await runProgram('kubectl', [...args, ...where, `--request-timeout=${seconds}s`], {
      env,
      signal,
      timeoutMilliseconds,
      outSizeMax: OUT_MAX,
    });
    if (ran.kind === 'failed') return ran;
    if (ran.code === 0) return { kind: 'answer', text: ran.out };
    // A group whose own server is down makes it fail after it has listed all others.
    if (args[0] === 'api-resources' && ran.out.trim() !== '') {
      return { kind: 'answer', text: ran.out };
    }
    return { kind: 'failed', why: tellingLine(ran.err), isMissing: false };
  };
}

export function jsonOf(told: Told): Json | undefined {
  return told.kind === 'answer' ? parseAnswer(told.text) : undefined;
}
