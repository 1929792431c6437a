import { childOf, isRunning, type LabState } from './lab-state.ts';

/**
 * What must stand before a command so that it runs where the lab's namespaces have their names. As root that is everywhere; an ordinary
 * user's lab has a user namespace of its own. Undefined when nobody keeps it any more.
 */
export function labEntrance({ isPrivileged, owner }: LabState): readonly string[] | undefined {
  if (isPrivileged) return [];
  if (owner === undefined || !isRunning(owner)) return undefined;
  const inner = childOf(owner.pid);
  if (inner === undefined) return undefined;
  return [
    'nsenter',
    `--target=${inner}`,
    '--user',
    '--preserve-credentials',
    '--mount',
    '--net',
    '--pid',
    '--',
  ];
}
