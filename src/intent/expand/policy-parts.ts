import type { DraftObject } from '../draft.ts';
import type { PortText } from '../target.ts';

export function selector(labels: Readonly<Record<string, string>>): DraftObject {
  return Object.keys(labels).length === 0 ? {} : { matchLabels: labels };
}

export function portDraft({ port, protocol }: PortText): DraftObject {
  const [low, high] = port.split('-').map(Number);
  return { protocol, port: low, endPort: high };
}
