export { buildSnapshot, type SnapshotPart } from './build-snapshot.ts';
export { orderedDiagnostics } from './order.ts';
