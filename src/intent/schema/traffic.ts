import { z } from 'zod';
import {
  ADDRESS,
  CIDR,
  LABELS,
  NAME,
  ONE_PORT,
  PODS,
  PORT,
  RESOURCE_ID,
  UNTIL,
  WHY,
} from './words.ts';

export const NAMESPACE = z
  .strictObject({
    name: NAME.describe('The name.'),
    tier: z.string().min(1).max(63).optional().describe('A label: `web`, `app`, `data`.'),
    defaultDeny: z.boolean().optional().describe('Deny what no intent allows, both ways.'),
    labels: LABELS.optional().describe('More labels.'),
  })
  .describe('A namespace.');

export const ALLOW = z
  .strictObject({
    from: PODS.describe('The pods that call.'),
    to: PODS.describe('The pods that answer.'),
    ports: z
      .array(PORT)
      .min(1, 'name at least one port')
      .describe('Ports of the pods that answer.'),
    why: WHY.optional(),
  })
  .describe('Pods that may call other pods.');

const TARGET = z
  .string()
  .min(1)
  .describe(
    'Where to: a name and port (`api.stripe.com:443`, `*.example.com:443`), a range or address (`10.9.0.0/24:1433`, `192.0.2.7:53/udp`), ' +
      'or a service tag (`tag:Storage.westeurope:443`). Without a port: 443.',
  );

export const EGRESS = z
  .strictObject({
    name: NAME.optional().describe('What rules and reports call it.'),
    from: z
      .union([z.literal('nodes'), PODS])
      .describe('The pods that call, or `nodes`: the nodes themselves.'),
    to: z.union([TARGET, z.array(TARGET).min(1, 'say where to')]).describe('Where to.'),
    why: WHY.optional(),
    until: UNTIL.optional(),
  })
  .describe('A way out: the firewall rule and the network policy.');

export const INGRESS = z
  .strictObject({
    name: NAME.describe('What resources and reports call it.'),
    to: PODS.describe('The pods that answer.'),
    port: ONE_PORT.optional().describe('The port of the Service.'),
    targetPort: ONE_PORT.optional().describe('The port of the pods.'),
    via: z
      .enum(['firewall', 'waf', 'waf-then-firewall', 'firewall-then-waf', 'private'])
      .optional()
      .describe(
        'The way in: DNAT at the firewall; an Application Gateway with a WAF beside the firewall, before it, or behind it; or from private networks only.',
      ),
    publicPort: z.number().int().min(1).max(65535).optional().describe('The port clients call.'),
    from: z
      .array(CIDR)
      .optional()
      .describe(
        'Ranges of the clients; without it a gateway is open to the internet. DNAT needs it.',
      ),
    address: ADDRESS.optional().describe('The address of the internal front end.'),
    certificate: z
      .string()
      .regex(/^https:\/\/[^/]+\/secrets\//, 'write https://VAULT.vault.azure.net/secrets/NAME')
      .optional()
      .describe('Where in a Key Vault the certificate is; with it the gateway listens on HTTPS.'),
    host: z.string().min(1).optional().describe('The host name clients ask for.'),
    through: z
      .enum(['service', 'gateway'])
      .optional()
      .describe('A Service of type LoadBalancer, or a Gateway and an HTTPRoute (Gateway API).'),
    service: NAME.optional().describe('The name of the Service; else the app.'),
  })
  .describe('A way in: DNAT or listener, Service annotations and policy.');

export const PRIVATE_ENDPOINT = z
  .strictObject({
    name: NAME.describe('What resources and reports call it.'),
    for: z
      .enum(['registry', 'keyVault', 'blob', 'file', 'sql', 'postgres', 'serviceBus'])
      .describe('What kind of service it leads to.'),
    resource: RESOURCE_ID.optional().describe(
      'The service, when it exists already. Without it a registry, vault or storage account is made.',
    ),
    spoke: NAME.optional().describe('The spoke the endpoint stands in.'),
    from: z
      .array(PODS)
      .optional()
      .describe('The pods that may call it; without it only the nodes may.'),
  })
  .describe('A private endpoint, with its zone and the links of the zone.');

export type WrittenNamespace = z.infer<typeof NAMESPACE>;
export type WrittenAllow = z.infer<typeof ALLOW>;
export type WrittenEgress = z.infer<typeof EGRESS>;
export type WrittenIngress = z.infer<typeof INGRESS>;
export type WrittenPrivateEndpoint = z.infer<typeof PRIVATE_ENDPOINT>;
