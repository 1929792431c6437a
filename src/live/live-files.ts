import type { LiveReadReport } from '../importers/index.ts';
import type { AzureRead } from './read-azure.ts';
import type { ClusterRead } from './read-cluster.ts';

/** A file of a live read, to be written or to be read from memory. The same answers give the same text. */
export interface LiveFile {
  readonly name: string;
  readonly text: string;
}

export const AZURE_FILE = 'azure.json';
export const CLUSTER_FILE = 'cluster.json';
/** Beside them, what could not be read: whoever opens the folder later must know. */
export const AZURE_REPORT = 'azure-read.json';
export const CLUSTER_REPORT = 'cluster-read.json';
export const HUB_ROUTES_FILE = 'hub-routes.json';

export function azureFiles(read: AzureRead, readAt: string): readonly LiveFile[] {
  const report: LiveReadReport = {
    sallyportRead: 1,
    source: 'azure',
    from: read.subscriptions.map(({ id, name }) => (id === name ? id : `${name} (${id})`)),
    readAt,
    count: read.resources.length,
    notRead: read.notRead,
    elsewhere: read.elsewhere,
  };
  return [
    { name: AZURE_FILE, text: printed(read.resources) },
    { name: AZURE_REPORT, text: printed(report) },
    ...(read.hubRoutes.length === 0
      ? []
      : [{ name: HUB_ROUTES_FILE, text: printed({ value: read.hubRoutes }) }]),
  ];
}

export function clusterFiles(read: ClusterRead, readAt: string): readonly LiveFile[] {
  const report: LiveReadReport = {
    sallyportRead: 1,
    source: 'cluster',
    from: [`context ${read.context}`],
    readAt,
    count: read.objects.length,
    notRead: read.notRead,
    elsewhere: [],
  };
  const list = { apiVersion: 'v1', kind: 'List', items: read.objects };
  return [
    { name: CLUSTER_FILE, text: printed(list) },
    { name: CLUSTER_REPORT, text: printed(report) },
  ];
}

function printed(json: unknown): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
