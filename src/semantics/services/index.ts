export * from './azure-annotations.ts';
export * from './backends.ts';
export type { Controller, IngressOwner } from './controllers.ts';
export { controllerOfGateway, ownerOfIngress } from './controllers.ts';
export * from './exposure.ts';
export { hostnamesMeet, isGranted } from './gateway-exposure.ts';
export * from './service-port.ts';
