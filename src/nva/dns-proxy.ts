import { startDnsProxy } from './dns-proxy/run.ts';

/** The DNS proxy as a program of the lab or of a virtual machine: runs until told to end. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const proxy = await startDnsProxy(configuration);
  process.stdout.write('dns-proxy ready\n');
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await proxy.close();
}
