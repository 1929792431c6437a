import { spawn } from 'node:child_process';

const TIMEOUT_MILLISECONDS = 60_000;

/** Loads rules in one transaction. @returns why they were not loaded; `undefined` when they were */
export function loadRules(nft: string, text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(nft, ['-f', '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: TIMEOUT_MILLISECONDS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk: string) => {
      if (said.length < 10_000) said += chunk;
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : (said.split('\n')[0] ?? '')));
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
