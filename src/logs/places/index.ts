export { type PodHistory, type PodStay, parsePodHistory } from './pod-history.ts';
export { type KnownPlaces, type Locate, locator, type Whereabouts } from './whereabouts.ts';
