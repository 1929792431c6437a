export { answerTrace, type TraceAnswer, type TraceQuestion, traceTo } from './answer.ts';
export { type Endpoint, parseEndpoint } from './endpoint.ts';
export { nodeEndpoint } from './node-pools.ts';
export { podEndpoint, podName } from './pod-name.ts';
export * from './trace.ts';
export { unownedAddress } from './unowned.ts';
