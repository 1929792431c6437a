export { type Edited, openSession, type Session } from './session.ts';
