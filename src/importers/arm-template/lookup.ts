import { DEPTH_MAX } from './budget.ts';
import { nameCountOf, parseResourceId, resourceNameAt, scopeId } from './resource-id.ts';
import { type Context, type Declared, type Run, report } from './run.ts';

/** A resource somebody refers to; `declared` when this input declares it and its condition is not false. */
export interface Target {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly fullName: string;
  readonly name: string;
  readonly declared: Declared | undefined;
}

/** Its identity is known before it is there; its state is not, and is refused when its condition is false. */
export type Asked = 'state' | 'identity';

const DEPLOYMENTS = 'microsoft.resources/deployments';

/**
 * What the first argument of `reference` means: a symbolic name, an id, `Namespace/type/name`, or the bare name of
 * a resource in the same template. `undefined` when it is none of these.
 */
export function referredTo(
  text: string,
  context: Context,
  asked: Asked = 'state',
): Target | undefined {
  const bySymbol = declaredBySymbol(text, context, asked)[0];
  if (bySymbol !== undefined) return bySymbol;
  if (text.startsWith('/')) return byId(text, context);
  if (text.includes('/')) {
    const id = relativeId(text, context);
    if (id !== undefined) return byId(id, context);
  }
  const found = find(context.frame.run, () => context.frame.byName.get(text.toLowerCase()));
  return found === undefined ? undefined : targetOf(found, context);
}

/** The resources of a symbolic name: several for a loop; `name[2]` is one of them. */
export function declaredBySymbol(
  text: string,
  context: Context,
  asked: Asked = 'state',
): readonly Target[] {
  // `vnet::subnet` is a resource written inside another one in Bicep.
  const match = /^([A-Za-z_][\w:]*)(?:\[(\d+)\])?$/.exec(text);
  if (match === null) return [];
  const { frame } = context;
  const symbol = match[1]!.toLowerCase();
  declareSymbol(symbol, context);
  const found = find(frame.run, () => frame.bySymbol.get(symbol)) ?? [];
  const wanted =
    match[2] === undefined ? found : found.filter((each) => each.copyIndex === Number(match[2]));
  return wanted.map((each) => targetOf([each], context, asked));
}

/**
 * Looks at every resource that has not been looked at yet. Declaring one may ask for the others: hence a queue.
 * Far down such a chain it leaves them to those further up, which go on with the queue anyway.
 */
export function declareWaiting(run: Run): void {
  while (run.nextWaiting < run.waiting.length && run.depth < DEPTH_MAX / 2) {
    const declare = run.waiting[run.nextWaiting]!;
    run.nextWaiting += 1;
    declare();
  }
}

/**
 * The resource of that name is looked at before the rest of the queue: others in it may need the very one that is being looked at
 * now, and would not find it yet. A child that is written inside its parent waits behind it.
 */
function declareSymbol(symbol: string, { frame }: Context): void {
  const { run, bySymbol, waitingBySymbol } = frame;
  const steps = symbol.split('::');
  for (let count = 1; count <= steps.length; count += 1) {
    const name = steps.slice(0, count).join('::');
    if (!bySymbol.has(name) && run.depth < DEPTH_MAX / 2) waitingBySymbol.get(name)?.();
  }
}

function find(run: Run, search: () => Declared[] | undefined): Declared[] | undefined {
  const found = search();
  if (found !== undefined || run.nextWaiting >= run.waiting.length) return found;
  declareWaiting(run);
  return search();
}

function byId(id: string, context: Context): Target | undefined {
  const { frame } = context;
  const found = find(frame.run, () => frame.run.declared.get(id.toLowerCase()));
  if (found !== undefined) return targetOf(found, context);
  const parsed = parseResourceId(id);
  if (parsed === undefined) return undefined;
  const fullName = parsed.names.join('/');
  if (parsed.type.toLowerCase() === DEPLOYMENTS) {
    // A deployment into another group is often referred to as if it stood in this one.
    const sameName = frame.byName.get(fullName.toLowerCase());
    const deployments = sameName?.filter(
      (each) => each.identity.type.toLowerCase() === DEPLOYMENTS,
    );
    if (deployments !== undefined && deployments.length > 0) return targetOf(deployments, context);
  }
  return {
    id,
    key: parsed.key,
    type: parsed.type,
    fullName,
    name: parsed.names.at(-1) ?? '',
    declared: undefined,
  };
}

/** `Microsoft.Network/publicIPAddresses/pip`: an id within the scope of the template. */
function relativeId(text: string, context: Context): string | undefined {
  const [namespace = '', ...rest] = text.split('/');
  if (!namespace.includes('.') || rest.length < 2 || rest.length % 2 === 1) return undefined;
  const type = [namespace, ...rest.filter((_, index) => index % 2 === 0)].join('/');
  const names = rest.filter((_, index) => index % 2 === 1);
  if (names.length !== nameCountOf(type)) return undefined;
  return resourceNameAt(scopeId(context.frame.scope), type, names).id;
}

/** Of several declarations of one resource, the one that is there and written in full. */
function targetOf(found: readonly Declared[], context: Context, asked: Asked = 'state'): Target {
  const present = found.filter((each) => !each.isAbsent);
  const best = present.find((each) => !each.isReference) ?? present[0] ?? found[0]!;
  const { identity, fullName } = best;
  const name = identity.names.at(-1) ?? '';
  if (best.isAbsent && asked === 'state') {
    report(
      context.frame.run,
      'arm/reference-to-absent',
      'warning',
      `the expression refers to \`${fullName}\`, whose condition is false`,
      context.at,
      'Azure refuses this; guard the reference with the same condition',
    );
  }
  const { id, key, type } = identity;
  return { id, key, type, fullName, name, declared: best.isAbsent ? undefined : best };
}
