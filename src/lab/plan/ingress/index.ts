export { type GatewaySeat, planApplicationGateways } from './application-gateway.ts';
export { gatewayUnderController } from './gateway-under-controller.ts';
export { type ControllerSeat, planIngress } from './ingress.ts';
export {
  type IngressController,
  type IngressControllers,
  ingressControllers,
} from './ingress-controllers.ts';
export type { ServiceSeat } from './ingress-servers.ts';
export {
  type CertificateRequest,
  DEBIAN_WEB_SERVER,
  type IngressPart,
  type WebServerPaths,
} from './web-server.ts';
