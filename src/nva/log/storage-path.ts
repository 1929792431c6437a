import type { AzureLogRecord } from './azfw-records.ts';

/**
 * Where Azure Monitor puts a record in a storage account: container, then a blob for each hour (azure-firewall 8.3). Relative,
 * with `/`. The id is ours and the category one of ours, so nothing in the path comes from the wire.
 */
export function storagePath({ category, resourceId, time }: AzureLogRecord): string {
  const [year, month, day, hour] = [
    time.slice(0, 4),
    time.slice(5, 7),
    time.slice(8, 10),
    time.slice(11, 13),
  ];
  const id = resourceId.startsWith('/') ? resourceId : `/${resourceId}`;
  return `insights-logs-${category.toLowerCase()}/resourceId=${id}/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/PT1H.json`;
}
