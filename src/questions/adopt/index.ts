export { derivePage } from './derive-page.ts';
export type { PageDraft, Remark } from './page-draft.ts';
