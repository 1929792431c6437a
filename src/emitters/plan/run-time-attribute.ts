import type { Place } from '../../diagnostics/index.ts';
import { path } from '../../values/index.ts';
import { spelledPath } from '../resource-types/shape-of-member.ts';
import type { Planning } from './draft.ts';
import type { PlanValue } from './plan.ts';
import { draftOfId } from './resource-reference.ts';

type Attribute = Extract<PlanValue, { kind: 'attribute' }>;

/**
 * What a symbol of the snapshot names (values/symbols.ts): an attribute that Azure alone knows, of a resource of the
 * plan or of one that is there already. `undefined` when the symbol names something else.
 */
export function runTimeAttribute(
  planning: Planning,
  symbol: string,
  at: Place,
): Attribute | undefined {
  const match = /^(private-address|public-address|attribute):(\/[^:]*)(?::(.*))?$/.exec(symbol);
  if (match === null) return undefined;
  const [, kind, key = '', rest = ''] = match;
  const draft = draftOfId(planning, planning.snapshot.resources.get(key)?.id ?? key, at);
  if (draft === undefined || draft.key !== key) return undefined;
  const of = (steps: readonly (string | number)[]): Attribute => ({
    kind: 'attribute',
    resource: key,
    path: spelledPath(planning.types, draft.type, steps),
    at,
  });
  if (kind === 'public-address') return of(['properties', 'ipAddress']);
  if (kind === 'private-address') {
    const hub = path(draft.source, 'properties', 'virtualHub');
    const isInHub = hub !== undefined && hub.kind !== 'null';
    return of(
      isInHub
        ? ['properties', 'hubIPAddresses', 'privateIPAddress']
        : ['properties', 'ipConfigurations', 0, 'properties', 'privateIPAddress'],
    );
  }
  const steps = stepsOf(rest);
  if (steps === undefined) return undefined;
  const [first] = steps;
  // The envelope is asked for under its own names, `properties` under theirs.
  const isEnvelope = typeof first === 'string' && isEnvelopeName(planning, draft.type, first);
  return of(isEnvelope ? steps : ['properties', ...steps]);
}

const ENVELOPE: ReadonlySet<string> = new Set([
  'identity',
  'sku',
  'location',
  'tags',
  'zones',
  'kind',
  'plan',
]);

function isEnvelopeName(planning: Planning, type: string, name: string): boolean {
  const lower = name.toLowerCase();
  if (lower === 'properties') return true;
  const body = planning.types.resources.get(type.toLowerCase())?.body;
  if (body?.kind !== 'object') return ENVELOPE.has(lower);
  return ENVELOPE.has(lower) && body.properties.has(lower);
}

/** `a.b[0].c`; `undefined` for anything else. */
function stepsOf(text: string): readonly (string | number)[] | undefined {
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,4}\])*$/.test(text)) return undefined;
  return [...text.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g)].map(([, name, index]) =>
    name === undefined ? Number(index) : name,
  );
}
