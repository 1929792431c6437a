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
    { name: AZURE_FILE, text: listed(read.resources, '[', ']') },
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
  return [
    {
      name: CLUSTER_FILE,
      text: listed(read.objects, '{"apiVersion":"v1","kind":"List","items":[', ']}'),
    },
    { name: CLUSTER_REPORT, text: printed(report) },
  ];
}

const INDENTED_MAX = 8 * 1024 * 1024;

/** Indented for people; what is too long for them as one item a line, since a file of 64 MB is not read back. */
function listed(items: readonly unknown[], head: string, tail: string): string {
  const lines = items.map((item) => JSON.stringify(item));
  const size = lines.reduce((sum, line) => sum + line.length, 0);
  const text = `${head}\n${lines.join(',\n')}\n${tail}`;
  return size > INDENTED_MAX ? `${text}\n` : printed(JSON.parse(text));
}

function printed(json: unknown): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
