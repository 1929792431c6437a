export { DEPLOYMENT_DOOR } from './door.ts';
