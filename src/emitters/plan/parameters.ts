import type { Place } from '../../diagnostics/index.ts';
import type { Choice } from '../../model/index.ts';
import type { Unknown } from '../../values/index.ts';
import type { Shape } from '../resource-types/resource-types.ts';
import { checksum } from './checksum.ts';
import { camelCase, type Identifiers, pascalCase } from './identifier.ts';
import type { PlanParameter, PlanText } from './plan.ts';
import { identityOf, symbolOfToken } from './unknown-token.ts';

type Reference = Extract<PlanText, { kind: 'parameter' }>;

/** Where an unknown was met, to name its parameter by. */
export interface MetAt {
  /** Symbol of the resource. */
  readonly owner: string;
  /** `properties.addressPrefix`. */
  readonly path: string;
  readonly shape: Shape;
}

/**
 * The parameters of a plan while it is made. Unknowns of one identity share a parameter; an unknown without identity
 * gets one of its own, because nobody said that two of them are equal.
 */
export class Parameters {
  private readonly byIdentity = new Map<string, PlanParameter>();
  private readonly all: PlanParameter[] = [];
  private readonly names: Identifiers;
  /** Id of the group the plan is deployed to, where there is one: what its `uniqueString` is made of. */
  private readonly groupId: string | undefined;

  constructor(names: Identifiers, groupId: string | undefined) {
    this.names = names;
    this.groupId = groupId;
  }

  /** A parameter by what it stands for: asked again with the same `identity`, it is the same. */
  named(
    identity: string,
    wanted: string,
    make: (name: string) => PlanParameter,
    at: Place,
  ): Reference {
    const known = this.byIdentity.get(identity);
    if (known !== undefined) return { kind: 'parameter', name: known.name, at };
    const made = make(this.names.take(wanted, 'parameter'));
    this.byIdentity.set(identity, made);
    this.all.push(made);
    return { kind: 'parameter', name: made.name, at };
  }

  /** Somebody must say: the parameter has no default. Secrets are marked and never shown. */
  unknown(unknown: Unknown, met: MetAt): Reference {
    const identity = identityOf(unknown) ?? `own:${this.all.length}`;
    const wanted = nameOf(unknown.missing) ?? `${met.owner}${pascalCase(lastName(met.path))}`;
    return this.named(
      identity,
      wanted,
      (name) => ({
        name,
        type: unknown.reason === 'secret' ? 'string' : typeOf(met.shape),
        description: sentence(unknown.missing),
        isSecure: unknown.reason === 'secret',
        role: 'unknown',
        unknown,
        ...this.generated(unknown.symbol),
      }),
      unknown.at,
    );
  }

  /** What stands in a token inside a name or an id. */
  token(token: string, owner: string, at: Place): Reference {
    const symbol = symbolOfToken(token);
    const written = /^parameters\('([^']+)'\)/.exec(symbol)?.[1];
    const generated = this.generated(symbol);
    const isGenerated = 'default' in generated;
    const missing = written === undefined ? symbol : `a value for parameter ${written}`;
    const fallback = isGenerated ? 'uniqueSuffix' : `${owner}Part`;
    return this.named(
      token,
      camelCase(written ?? '') || fallback,
      (name) => ({
        name,
        type: 'string',
        description: isGenerated
          ? 'What makes names unique. Give the text of a deployment that is there already to keep its names.'
          : sentence(missing),
        isSecure: false,
        role: 'unknown',
        unknown: {
          kind: 'unknown',
          reason: 'missing-parameter',
          text: symbol,
          missing,
          symbol,
          at,
        },
        ...generated,
      }),
      at,
    );
  }

  /** A condition that could not be decided. */
  condition(exists: Unknown, owner: string): Reference {
    return this.named(
      `condition:${identityOf(exists) ?? this.all.length}`,
      `deploy${pascalCase(owner)}`,
      (name) => ({
        name,
        type: 'bool',
        description: `Whether ${owner} is deployed: ${lowerStart(exists.missing)}.`,
        isSecure: false,
        role: 'condition',
        unknown: exists,
      }),
      exists.at,
    );
  }

  /** What is there and may be left out: it is deployed unless somebody says otherwise. */
  choice({ name: wanted, what }: Choice, at: Place): Reference {
    return this.named(
      `choice:${wanted}`,
      wanted,
      (name) => ({
        name,
        type: 'bool',
        description: what,
        isSecure: false,
        role: 'choice',
        default: { kind: 'literal', value: true, at },
      }),
      at,
    );
  }

  /** Every parameter, by role and then by name. */
  list(): readonly PlanParameter[] {
    return [...this.all].sort(
      (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || (a.name < b.name ? -1 : 1),
    );
  }

  /** ARM's `uniqueString` needs nobody to say anything: equal seeds make equal texts. */
  private generated(symbol: string | undefined): Pick<PlanParameter, 'default'> {
    const seed = /^uniqueString:([0-9a-f]{8})$/.exec(symbol ?? '')?.[1];
    if (seed === undefined) return {};
    const ofGroup = checksum(`uniqueString(${JSON.stringify(this.groupId ?? '')})`).slice(0, 8);
    return { default: seed === ofGroup ? { kind: 'unique-text' } : { kind: 'unique-text', seed } };
  }
}

const ROLES: readonly PlanParameter['role'][] = [
  'location',
  'scope',
  'name',
  'choice',
  'unknown',
  'condition',
];

function nameOf(missing: string): string | undefined {
  const written = /parameter `?([A-Za-z_]\w*)/.exec(missing)?.[1];
  return written === undefined ? undefined : camelCase(written) || undefined;
}

function lastName(path: string): string {
  const names = path.replace(/\[\d+\]/g, '').split('.');
  const last = names.at(-1) ?? '';
  return last === 'id' ? (names.at(-2) ?? last) : last;
}

function typeOf(shape: Shape): PlanParameter['type'] {
  switch (shape.kind) {
    case 'int':
    case 'bool':
    case 'array':
      return shape.kind;
    case 'object':
    case 'choice':
      return 'object';
    default:
      return 'string';
  }
}

function sentence(text: string): string {
  const clean = text.replace(/\s+/g, ' ').replaceAll('`', '').trim().slice(0, 300);
  const whole = clean.charAt(0).toUpperCase() + clean.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function lowerStart(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('`', '').slice(0, 300);
}
