export { CLOUDS, type Cloud, originOf } from './cloud.ts';
export type { LiveFile } from './live-files.ts';
export {
  AZURE_FILES,
  type AzureOptions,
  type ClusterOptions,
  readLiveAzure,
  readLiveCluster,
} from './live-read.ts';
export { writeFolder } from './write-folder.ts';
