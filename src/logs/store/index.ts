export { DEFAULT_STORE, type LogStore, openStore, type StoreOptions } from './open-store.ts';
export { deleteBefore } from './retention.ts';
export {
  quarantined,
  type StoreContents,
  type StoredQuarantine,
  type StoredSource,
  type StoredUnknown,
  storeContents,
} from './store-contents.ts';
export { storeEngine } from './store-engine.ts';
