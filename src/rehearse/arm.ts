import { type ArmError, armError } from './arm-error.ts';
import { type ArmPath, parseArmPath } from './arm-path.ts';
import { type ArmAnswer, type ArmRequest, answerOf, isArmError } from './arm-request.ts';
import type { Behaviour } from './behaviour.ts';
import { createCatalogue } from './catalogue.ts';
import type { DeploymentDoor } from './deployment-door.ts';
import type { Identity } from './identity.ts';
import { createJournal, type JournalEntry, whoAsked } from './journal.ts';
import { createOperations } from './operations.ts';
import type { Provider } from './provider-put.ts';
import { GROUP_TYPE } from './resource-groups.ts';
import { route } from './route.ts';
import type { Buried, StateFile } from './state-file.ts';
import { createStore } from './store.ts';
import { createPublicAddresses, createWorld } from './world.ts';

export interface ArmOptions extends Identity {
  readonly behaviours: readonly Behaviour[];
  readonly deployments?: DeploymentDoor;
  /** Without one the state is gone with the process. */
  readonly file?: StateFile;
  /** ISO time. */
  readonly now: () => string;
  /** `https://localhost:PORT`, once it is known. */
  readonly origin: () => string;
  /** How often a long-running operation says `InProgress`; 0 unless told. */
  readonly polls?: number;
  /** Told when something inside broke: the answer says so without a stack, and the state is as it was. */
  readonly onBug?: (error: unknown, entry: JournalEntry) => void;
}

/** Azure Resource Manager without the wire: requests in, answers out, everything kept. */
export interface Arm {
  /** Answers when everything is kept. */
  readonly handle: (request: ArmRequest) => ArmAnswer;
  /**
   * The answer before it is kept: it may be sent when `isSettled`, or after `settle`. Requests that come together are kept together, which
   * makes one transaction of many.
   */
  readonly answer: (request: ArmRequest) => ArmAnswer;
  readonly isSettled: () => boolean;
  /** Keeps everything in one transaction. @throws when the file does not take it: everything since the last time is undone */
  readonly settle: () => void;
  readonly provider: Provider;
  readonly identity: Identity;
  readonly journal: () => readonly JournalEntry[];
  readonly requestBy: (seq: number) => JournalEntry | undefined;
  /** What deleted groups took with them. */
  readonly buried: () => readonly Buried[];
  /** Writes what is only remembered: reads of the journal. */
  readonly flush: () => void;
  readonly reset: () => void;
}

export function createArm(options: ArmOptions): Arm {
  const { file, subscriptionId, tenantId, origin } = options;
  const loaded = file?.load() ?? { rows: [], buried: [], addresses: new Map(), journal: [] };
  const journal = createJournal(loaded.journal);
  let seq = 0;
  const store = createStore(loaded.rows, () => seq);
  const catalogue = createCatalogue(options.behaviours);
  const addresses = createPublicAddresses(loaded.addresses);
  const world = createWorld(store, catalogue, addresses, { subscriptionId, tenantId });
  const operations = createOperations(
    loaded.journal.flatMap(({ operation }) => (operation === '' ? [] : [operation])),
    { polls: options.polls ?? 0, origin },
  );
  const provider: Provider = { store, catalogue, world };
  const context = { ...options, provider, operations };
  let buried = [...loaded.buried];
  /** Answered and not yet in the file. */
  let unwritten: JournalEntry[] = [];
  let graves: Buried[] = [];

  const note = (entry: JournalEntry, since: number) => {
    const removed = store.changes(since).removed;
    if (removed.some(({ type }) => type === GROUP_TYPE)) {
      graves.push(...removed.map((row) => ({ by: entry.seq, row })));
    }
    unwritten.push(entry);
    journal.add(entry);
  };

  const isSettled = () =>
    store.mark() === 0 && addresses.fresh().size === 0 && unwritten.length < UNWRITTEN_MAX;

  const settle = () => {
    const { written, removed } = store.changes();
    const journalled = unwritten;
    const dug = graves;
    unwritten = [];
    graves = [];
    try {
      file?.commit({
        written,
        removed,
        buried: dug,
        addresses: addresses.fresh(),
        journal: journalled,
      });
      store.settle();
      buried.push(...dug);
    } catch (error) {
      store.revert();
      store.settle();
      throw error;
    } finally {
      addresses.settle();
    }
  };

  const answer = (request: ArmRequest): ArmAnswer => {
    seq = journal.nextSeq();
    const since = store.mark();
    const draft: JournalEntry = {
      seq,
      at: options.now(),
      method: request.method,
      path: request.path.slice(0, 2_000),
      apiVersion: (request.query.get('api-version') ?? '').slice(0, 40),
      ...whoAsked(request.headers),
      status: 0,
      code: '',
      operation: '',
    };
    try {
      const path = parseArmPath(request.path);
      const outcome = isArmError(path)
        ? path
        : store.attempt(
            () => route(context, path, request),
            (result) => !isArmError(result),
          );
      if (isArmError(outcome) || isArmError(path)) {
        const error = isArmError(outcome) ? outcome : (path as ArmError);
        note({ ...draft, status: error.status, code: error.code }, since);
        return answerOf(error);
      }
      const finished = finish(path, request, outcome);
      note({ ...draft, status: finished.answer.status, operation: finished.operation }, since);
      return finished.answer;
    } catch (error) {
      options.onBug?.(error, { ...draft, status: 500 });
      return answerOf(BROKEN);
    }
  };

  const handle = (request: ArmRequest): ArmAnswer => {
    const answered = answer(request);
    if (isSettled()) return answered;
    try {
      settle();
      return answered;
    } catch {
      return answerOf(NOT_KEPT);
    }
  };

  const finish = (path: ArmPath, request: ArmRequest, answer: ArmAnswer) => {
    if (request.method !== 'GET') return operations.start(path, request, answer, seq);
    const key = path.kind === 'resource' ? path.id.toLowerCase() : '';
    return { answer: operations.during(key, answer), operation: '' };
  };

  const flush = () => {
    if (unwritten.length > 0 || !isSettled()) settle();
  };

  return {
    handle,
    answer,
    isSettled,
    settle,
    provider,
    identity: options,
    journal: journal.entries,
    requestBy: journal.bySeq,
    buried: () => buried,
    flush,
    reset: () => {
      file?.clear();
      store.clear();
      addresses.clear();
      journal.clear();
      operations.clear();
      buried = [];
      unwritten = [];
      graves = [];
    },
  };
}

/** Reads are written to the journal together with the next change, each second, or when so many have come. */
const UNWRITTEN_MAX = 5_000;

const BROKEN = armError(
  500,
  'InternalServerError',
  'Something went wrong inside this endpoint; nothing was changed.',
);

/** What an answer becomes whose changes could not be kept: a full disk. */
export const NOT_KEPT = armError(
  500,
  'InternalServerError',
  'The state of this endpoint cannot be written; nothing was changed.',
);
