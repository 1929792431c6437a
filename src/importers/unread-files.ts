import type { FileReport } from '../model/index.ts';
import type { UnreadKind } from './recognise.ts';

interface Unread {
  readonly recognisedAs: string;
  readonly outcome: 'skipped' | 'not-understood';
  /** What it means that the file is not read, and what to do about it. `FILE` stands for its path. */
  readonly detail: string;
  /** Why answers may be incomplete without it; absent when the file describes nothing that is there. */
  readonly gap?: string;
}

const UNREAD: Readonly<Record<UnreadKind, Unread>> = {
  'bicep-snapshot': {
    recognisedAs: 'Bicep snapshot',
    outcome: 'not-understood',
    detail: 'recognised, not read; give the compiled template instead',
    gap: 'resources of a Bicep snapshot are not read',
  },
  'what-if': {
    recognisedAs: 'what-if output',
    outcome: 'not-understood',
    detail: 'recognised, not read; give the template, or an export after the deployment',
    gap: 'changes a what-if predicts are not read',
  },
  'other-hcl': {
    recognisedAs: 'HCL of another tool',
    outcome: 'not-understood',
    detail: 'Terragrunt, Packer and tests of Terraform are not read; give what they deploy',
    gap: 'what other tools than Terraform make of HCL is not known',
  },
  'az-script': {
    recognisedAs: 'az script',
    outcome: 'not-understood',
    detail: 'a script is not run to see what it does; export what it deployed (az … show -o json)',
    gap: 'what a script would deploy is not known',
  },
  'shell-script': {
    recognisedAs: 'shell script',
    outcome: 'skipped',
    detail: 'it calls neither az nor kubectl',
  },
  kustomization: {
    recognisedAs: 'kustomization',
    outcome: 'skipped',
    detail: 'not a cluster object; the files it names are read as they are',
  },
  'kustomize-patch': {
    recognisedAs: 'kustomize patch',
    outcome: 'not-understood',
    detail: 'patches are not applied; render them: kubectl kustomize FOLDER > rendered.yaml',
  },
  'helm-chart': {
    recognisedAs: 'Helm chart',
    outcome: 'not-understood',
    detail:
      'charts are not rendered; render it, and read the result: helm template FOLDER > rendered.yaml',
    gap: 'what the chart deploys is not known',
  },
  'helm-values': {
    recognisedAs: 'Helm values',
    outcome: 'skipped',
    detail: 'values of a chart; render the chart to have them used',
  },
  'helm-template': {
    recognisedAs: 'Helm template',
    outcome: 'not-understood',
    detail:
      'templates are not YAML; render them, and read the result: helm template CHART > rendered.yaml',
    gap: 'what the template deploys is not known',
  },
  perimeter: {
    recognisedAs: 'perimeter.yaml',
    outcome: 'not-understood',
    detail: 'expectations, for check: it reads them from the first path, or with --expect FILE',
    gap: 'check reads expectations from the first path, or with --expect; intents are not read yet',
  },
  configuration: {
    recognisedAs: 'Sallyport configuration',
    outcome: 'skipped',
    detail: 'settings, not a part of the perimeter',
  },
  'effective-routes': {
    recognisedAs: 'effective routes',
    outcome: 'skipped',
    detail:
      "Azure's own answer for one running interface; not compared with the routes computed here",
  },
  'effective-nsg': {
    recognisedAs: 'effective security rules',
    outcome: 'skipped',
    detail: "Azure's own answer for one running interface; not compared with the rules read here",
  },
  'service-tags': {
    recognisedAs: 'service tags',
    outcome: 'skipped',
    detail: 'a list of published addresses; use it with --service-tags',
  },
  'log-records': {
    recognisedAs: 'log records',
    outcome: 'skipped',
    detail: 'records of what happened, not of what is configured',
  },
  'portal-interface': {
    recognisedAs: 'portal form',
    outcome: 'skipped',
    detail: 'describes a form of the portal, not resources',
  },
  json: { recognisedAs: 'other JSON', outcome: 'skipped', detail: 'nothing in it is a resource' },
  yaml: {
    recognisedAs: 'other YAML',
    outcome: 'skipped',
    detail: 'nothing in it is a Kubernetes object',
  },
  text: { recognisedAs: 'other file', outcome: 'skipped', detail: 'not a format that is read' },
  binary: { recognisedAs: 'binary file', outcome: 'skipped', detail: 'it is not text' },
};

export function unreadReport(file: string, kind: UnreadKind, folder: string): FileReport {
  const { recognisedAs, outcome, detail } = UNREAD[kind];
  const named = detail.replace('FILE', file).replace('FOLDER', folder);
  return { file, outcome, recognisedAs, detail: named };
}

/** Why the answers may be incomplete without a file of that kind; `undefined` when it cannot matter. */
export function gapOf(kind: UnreadKind): string | undefined {
  return UNREAD[kind].gap;
}
