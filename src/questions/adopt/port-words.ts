import type { PortSet } from '../../net/index.ts';

/** Ports as a page writes them: `443`, `8000-8999`. `undefined` when it is all of them, which a page cannot say. */
export function portSetOf(ports: PortSet): readonly string[] | undefined {
  if (ports[0] === 0 && ports[1] === 65535) return undefined;
  const words: string[] = [];
  for (let at = 0; at < ports.length; at += 2) {
    const [low, high] = [Math.max(1, ports[at]!), ports[at + 1]!];
    words.push(low === high ? String(low) : `${low}-${high}`);
  }
  return words;
}
