import { readPerimeter, type Snapshot } from '../../model/index.ts';
import { deriveNetwork, type Network } from '../../network/index.ts';
import { answerQuery, type QueryOptions, type QueryOutcome } from '../query/index.ts';
import { type Part, partsOf, partsRead, TOPOLOGY } from './parts.ts';

/** What an edit changed, and what it cost. */
export interface Edited {
  /** Parts whose content is another now; empty when only spelling or order changed. */
  readonly changed: readonly Part[];
  /** Answers that rest on none of these, and are kept. */
  readonly kept: number;
  /** Answers that will be worked out anew when somebody asks for them. */
  readonly dropped: number;
}

/**
 * One perimeter that is edited and asked again and again: for editors and the console. An answer is kept until a part that it rests on
 * changes; places in a kept answer are those of the version it was worked out for. Not safe for concurrent use.
 */
export interface Session {
  readonly network: Network;
  /** How often a question had to be worked out, for tests and curiosity. */
  readonly asked: number;
  readonly query: (options: QueryOptions) => QueryOutcome;
  /** The next version, imported. Its answers replace the old ones as far as they must. */
  readonly edit: (snapshot: Snapshot) => Edited;
}

interface Kept {
  readonly outcome: QueryOutcome;
  /** Absent: it rests on something that was not written down. */
  readonly parts?: ReadonlySet<Part>;
}

export function openSession(first: Snapshot): Session {
  let network = deriveNetwork(readPerimeter(first));
  let contents = partsOf(first);
  let { datasets } = first;
  let asked = 0;
  const answers = new Map<string, Kept>();
  return {
    get network() {
      return network;
    },
    get asked() {
      return asked;
    },
    query: (options) => {
      const key = JSON.stringify([
        options.from,
        options.to,
        [...(options.failures?.keys ?? [])],
        [...(options.failures?.doubts.keys() ?? [])],
        options.boxesMax,
      ]);
      const known = answers.get(key);
      if (known !== undefined) return known.outcome;
      asked += 1;
      const told = new Set<string>();
      const outcome = answerQuery(network, { ...options, onTold: (name) => told.add(name) });
      const parts = partsRead(network, told);
      // What ran out of budget may fit the next time.
      if (outcome.answer.inconclusive.length === 0) {
        answers.set(key, parts === undefined ? { outcome } : { outcome, parts });
      }
      return outcome;
    },
    edit: (snapshot) => {
      const now = partsOf(snapshot);
      const names = new Set([...contents.keys(), ...now.keys()]);
      const changed = [...names].filter((part) => contents.get(part) !== now.get(part));
      // Other data, other meaning of every tag.
      if (snapshot.datasets !== datasets && !changed.includes(TOPOLOGY)) changed.push(TOPOLOGY);
      datasets = snapshot.datasets;
      network = deriveNetwork(readPerimeter(snapshot));
      contents = now;
      let dropped = 0;
      for (const [key, { parts }] of answers) {
        const isUntouched = parts !== undefined && !changed.some((part) => parts.has(part));
        if (isUntouched) continue;
        answers.delete(key);
        dropped += 1;
      }
      return { changed, kept: answers.size, dropped };
    },
  };
}
