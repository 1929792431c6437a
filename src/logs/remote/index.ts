export { type BlobAccount, type BlobOptions, blobInputs } from './blob-inputs.ts';
export { type ClusterOptions, clusterEngine } from './cluster-engine.ts';
export type { LogCredential } from './credential.ts';
export { type WorkspaceOptions, workspaceEngine } from './workspace-engine.ts';
