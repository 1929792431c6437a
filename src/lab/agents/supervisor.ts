import { type SupervisorConfiguration, supervise } from '../run/supervisor.ts';

/** The process that keeps a lab; it takes signals itself. */
export async function run(configuration: unknown): Promise<void> {
  await supervise(configuration as SupervisorConfiguration);
}
