import type { Diagnostic, Gap } from '../../diagnostics/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import { isAbsent, member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import type { ImportedPart } from '../imported-part.ts';
import { isClusterScoped } from './cluster-scoped.ts';
import { hideSecrets } from './hide-secrets.ts';

export interface KubernetesOptions {
  /** Namespace of objects that name none. K8P-102: `default`. */
  readonly namespace?: string;
}

/**
 * Kubernetes objects out of documents, whatever wrote them: manifests, `kubectl get -o json`, lists of any kind.
 * The content of Secrets is left behind. An object without a name is reported and left out, with a gap: a policy
 * that is not read must not look like one that is not there.
 */
export function importKubernetes(
  documents: readonly Value[],
  options: KubernetesOptions = {},
): ImportedPart {
  const reader = new ObjectReader(options.namespace ?? 'default');
  for (const document of documents) reader.read(document, undefined);
  return { resources: [], ...reader.part() };
}

/** Does a value say of itself that it is a Kubernetes object? */
export function isKubernetes(value: Value): boolean {
  return (
    stringOf(member(value, 'apiVersion')) !== undefined &&
    stringOf(member(value, 'kind')) !== undefined
  );
}

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

class ObjectReader {
  private readonly objects: KubernetesObject[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly gaps: Gap[] = [];
  private readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  part(): Pick<ImportedPart, 'objects' | 'diagnostics' | 'gaps'> {
    return { objects: this.objects, diagnostics: this.diagnostics, gaps: this.gaps };
  }

  /** @param inherited type of the items of a list, which need not say it themselves */
  read(value: Value, inherited: Typed | undefined): void {
    if (value.kind === 'null') return;
    const apiVersion = stringOf(member(value, 'apiVersion')) ?? inherited?.apiVersion;
    const kind = stringOf(member(value, 'kind')) ?? inherited?.kind;
    if (value.kind !== 'object' || apiVersion === undefined || kind === undefined) {
      this.refuse(value, 'kubernetes/malformed', 'this has no `apiVersion` and `kind`', 'object');
      return;
    }
    const items = member(value, 'items');
    if (kind.endsWith('List') && items !== undefined) this.readList(items, { apiVersion, kind });
    else this.readObject(value, { apiVersion, kind });
  }

  private readList(items: Value, list: Typed): void {
    if (items.kind === 'null') return;
    if (items.kind !== 'array') {
      this.refuse(
        items,
        'kubernetes/malformed',
        `\`items\` of a \`${list.kind}\` is a list`,
        list.kind,
      );
      return;
    }
    const itemKind = list.kind.slice(0, -'List'.length);
    const inherited = itemKind === '' ? undefined : { apiVersion: list.apiVersion, kind: itemKind };
    for (const item of items.items) this.read(item, inherited);
  }

  private readObject(body: ObjectValue, type: Typed): void {
    const metadata = member(body, 'metadata');
    const name = nameOf(metadata);
    if (name === undefined) {
      const written = member(metadata, 'name');
      // K8P-101: `name: on` is a boolean, and the API server refuses it.
      const message = isAbsent(written)
        ? `this \`${type.kind}\` has no \`metadata.name\``
        : `the \`metadata.name\` of this \`${type.kind}\` is not text`;
      this.refuse(isAbsent(written) ? body : written, 'kubernetes/no-name', message, type.kind);
      return;
    }
    const namespace = isClusterScoped(type.kind)
      ? ''
      : (textOf(member(metadata, 'namespace')) ?? this.namespace);
    const hidden = hideSecrets(type.kind, body);
    this.objects.push({ ...type, namespace, name, body: hidden, at: body.at });
  }

  private refuse(
    value: Value,
    code: 'kubernetes/malformed' | 'kubernetes/no-name',
    message: string,
    what: string,
  ): void {
    this.diagnostics.push({
      code,
      severity: 'error',
      message: `${message}; it is left out`,
      at: value.at,
    });
    const why = 'it could not be read, so nothing it allows or denies is known';
    this.gaps.push({ what, why, at: value.at });
  }
}

/** K8P-104: the API server completes a `generateName`; until then the name is that and something more. */
function nameOf(metadata: Value | undefined): string | undefined {
  const name = textOf(member(metadata, 'name'));
  if (name !== undefined) return name;
  const prefix = textOf(member(metadata, 'generateName'));
  return prefix === undefined ? undefined : `${prefix}«generated»`;
}

/** Unquoted names may look like numbers: `name: 2048` is meant as text, whatever the API server says to it. */
function textOf(value: Value | undefined): string | undefined {
  if (value?.kind === 'number') return String(value.value);
  const text = stringOf(value);
  return text === undefined || text === '' ? undefined : text;
}
