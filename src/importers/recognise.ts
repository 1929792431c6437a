import { isAbsent, itemsOf, member, path, stringOf, type Value } from '../values/index.ts';
import { isArmTemplate, parameterFileOf } from './arm-template/index.ts';
import { exportedItems } from './exports/index.ts';
import { baseNameOf } from './file-paths.ts';
import { isKubernetes, isKustomization } from './kubernetes-yaml/index.ts';
import { isLiveRead } from './live-read/index.ts';
import { roleOf } from './terraform/hcl/index.ts';

/** What a file is, told by its content (iac-formats 1). The first six are read; the rest is named and passed over. */
export type FileKind =
  | 'arm-template'
  | 'arm-parameters'
  | 'export'
  | 'kubernetes'
  | 'terraform-plan'
  | 'terraform-state'
  | 'live-read'
  | UnreadKind;

export type UnreadKind =
  | 'bicep-snapshot'
  | 'what-if'
  | 'other-hcl'
  | 'az-script'
  | 'shell-script'
  | 'kustomization'
  | 'kustomize-patch'
  | 'helm-chart'
  | 'helm-values'
  | 'helm-template'
  | 'perimeter'
  | 'configuration'
  | 'effective-routes'
  | 'effective-nsg'
  | 'service-tags'
  | 'log-records'
  | 'portal-interface'
  | 'json'
  | 'yaml'
  | 'text'
  | 'binary';

/** Tells JSON apart by its members, never by the name of the file. O(1), but for lists: their first few items. */
export function recogniseJson(root: Value): FileKind {
  if (isLiveRead(root)) return 'live-read';
  if (isArmTemplate(root)) return 'arm-template';
  if (parameterFileOf(root) !== undefined) return 'arm-parameters';
  if (isKustomization(root)) return 'kustomization';
  if (isObject(root)) return 'kubernetes';
  const byMembers = recogniseByMembers(root);
  if (byMembers !== undefined) return byMembers;
  const listed = itemsOf(root.kind === 'array' ? root : member(root, 'value'));
  if (listed.some((item) => isEffectiveRoute(item))) return 'effective-routes';
  if (listed.some((item) => has(item, 'effectiveSecurityRules'))) return 'effective-nsg';
  if (root.kind === 'array' && root.items.some(isObject)) return 'kubernetes';
  if (exportedItems(root) !== undefined) return 'export';
  return 'json';
}

/** Resources of templates have `apiVersion` and may have `kind`, as Kubernetes objects do. */
function isObject(value: Value): boolean {
  const isAzure = /^microsoft\.[^/]+\//i.test(stringOf(member(value, 'type')) ?? '');
  return isKubernetes(value) && !isAzure;
}

function recogniseByMembers(root: Value): FileKind | undefined {
  if (has(root, 'predictedResources')) return 'bicep-snapshot';
  const changes = itemsOf(member(root, 'changes') ?? path(root, 'properties', 'changes'));
  if (changes.some((change) => has(change, 'resourceId') && has(change, 'changeType'))) {
    return 'what-if';
  }
  if (has(root, 'format_version')) {
    if (has(root, 'planned_values') || has(root, 'resource_changes')) return 'terraform-plan';
    if (path(root, 'values', 'root_module') !== undefined) return 'terraform-state';
  }
  if (has(root, 'lineage') && has(root, 'serial') && has(root, 'terraform_version')) {
    return 'terraform-state';
  }
  if (isServiceTags(root)) return 'service-tags';
  const first = itemsOf(member(root, 'records'))[0] ?? root;
  if (isLogRecord(first)) return 'log-records';
  const schema = stringOf(member(root, '$schema')) ?? '';
  if (/uiFormDefinition|CreateUIDefinition/i.test(schema)) return 'portal-interface';
  return undefined;
}

function isEffectiveRoute(item: Value): boolean {
  return has(item, 'nextHopType') && member(item, 'addressPrefix')?.kind === 'array';
}

function isServiceTags(root: Value): boolean {
  const values = member(root, 'values');
  return has(root, 'changeNumber') && has(root, 'cloud') && values?.kind === 'array';
}

function isLogRecord(item: Value): boolean {
  const hasTime = has(item, 'time') || has(item, 'TimeGenerated');
  return hasTime && (has(item, 'category') || has(item, 'resourceId') || has(item, '_ResourceId'));
}

function has(value: Value, name: string): boolean {
  return !isAbsent(member(value, name));
}

/** Names of files that hold JSON for tools, never a perimeter; some are large. */
const TOOL_JSON =
  /^(?:package(?:-lock)?|npm-shrinkwrap|composer|tsconfig.*|jsconfig.*|bicepconfig|biome|renovate|lerna|nx|turbo|angular|deno|global|launchSettings|appsettings.*)\.jsonc?$/i;
const JSON_NAME = /\.jsonc?$/i;
const YAML_NAME = /\.ya?ml$/i;
/** Files that may hold text of ours under a name that does not say so. */
const PLAIN_NAME = /(?:\.(?:arm|template|txt|out|log|export|dump)|^[^.]+)$/i;

/** How a file is to be looked at, by its name alone: most files of a folder need not be opened. */
export type Approach =
  | { readonly kind: 'json' | 'yaml' | 'bicep' | 'terraform' | 'perimeter' | 'sniff' }
  | { readonly kind: 'known'; readonly as: UnreadKind }
  | { readonly kind: 'script' }
  | { readonly kind: 'other' };

export function approachOf(path: string): Approach {
  const name = baseNameOf(path);
  if (TOOL_JSON.test(name)) return { kind: 'known', as: 'json' };
  if (roleOf(name) !== undefined) return { kind: 'terraform' };
  if (/\.hcl$/i.test(name)) return { kind: 'known', as: 'other-hcl' };
  // The state before the last apply says nothing of today.
  if (/\.tfstate\.backup$/i.test(name)) return { kind: 'known', as: 'json' };
  if (/\.tfstate$/i.test(name)) return { kind: 'json' };
  if (/\.bicep(?:param)?$/i.test(name)) return { kind: 'bicep' };
  if (/^chart\.ya?ml$/i.test(name)) return { kind: 'known', as: 'helm-chart' };
  if (/^(?:.*\.)?perimeter\.ya?ml$/i.test(name)) return { kind: 'perimeter' };
  if (/^sallyport(?:\.config)?\.(?:ya?ml|jsonc?)$/i.test(name)) {
    return { kind: 'known', as: 'configuration' };
  }
  if (/\.(?:azcli|sh|bash|zsh|ps1|cmd|bat)$/i.test(name)) return { kind: 'script' };
  if (/\.tpl$/i.test(name)) return { kind: 'known', as: 'helm-template' };
  if (YAML_NAME.test(name) || name === 'Kustomization') return { kind: 'yaml' };
  if (JSON_NAME.test(name)) return { kind: 'json' };
  return { kind: PLAIN_NAME.test(name) ? 'sniff' : 'other' };
}

/** For a file whose name says nothing: what its text starts like. */
export function sniff(text: string): 'json' | 'yaml' | 'script' | 'other' {
  const start = text.slice(0, 4_000).trimStart();
  if (start.startsWith('#!')) return 'script';
  if (/^[{[]/.test(start) || /^\/[/*]/.test(start)) return 'json';
  return mayBeKubernetes(text) ? 'yaml' : 'other';
}

/** Only text with both words at the start of a line can hold a Kubernetes object: other YAML is not parsed. */
export function mayBeKubernetes(text: string): boolean {
  return (
    /^[ \t-]*["']?apiVersion["']?[ \t]*:/m.test(text) && /^[ \t-]*["']?kind["']?[ \t]*:/m.test(text)
  );
}

/** `az … -o yaml` holds what `-o json` does. */
export function mayBeExport(text: string): boolean {
  return /^[ \t-]*id:[ \t]*["']?\/subscriptions\//m.test(text);
}

/** A script is about a perimeter when it calls the CLI of Azure or Kubernetes. */
export function isAzScript(text: string): boolean {
  return /(?:^|[\s;&|(`])(?:az|kubectl|helm)\s+[a-z]/m.test(text);
}
