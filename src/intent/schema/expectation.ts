import { z } from 'zod';

const TEXT = z
  .string()
  .trim()
  .min(1, 'say which ends: `pods`, `ns:store`, `internet`, `10.0.0.0/8:443`')
  .describe(
    'A set of ends: pods, ns:NAMESPACE, deploy:NAMESPACE/NAME, label:KEY=VALUE, nodes, node:POOL, internet, onprem:CIDR, ' +
      'a CIDR or address, subnet:NAME, tag:SERVICETAG, a host name or *.suffix, private-endpoint:NAME, publicip:NAME. ' +
      'The receiving side may end in :443, :80,443, :8000-8999, :53/udp or /icmp.',
  );

export const PODS_SCHEMA = z
  .strictObject({
    namespace: z.string().min(1).describe('The namespace of the pods.'),
    app: z.string().min(1).optional().describe('The value of their label `app`.'),
    labels: z.record(z.string(), z.string()).optional().describe('Labels that all of them have.'),
    ports: z
      .string()
      .regex(/^\d[\d,-]*(?:\/(?:tcp|udp|sctp))?$/, 'write ports as `443`, `80,443` or `53/udp`')
      .optional()
      .describe('Ports of the receiving side: `443`, `8000-8999`, `53/udp`.'),
  })
  .describe('Pods of one namespace.');

const END = z.union([TEXT, PODS_SCHEMA]);
const ENDS = z.union([TEXT, PODS_SCHEMA, z.array(END).min(1, 'name at least one set of ends')]);
const FROM = ENDS.describe('Who sends.');
const TO = ENDS.describe('Who receives, with ports where they matter.');

const UNLESS = z
  .strictObject({
    via: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        'A box, by kind (`firewall`, `application-gateway`, `load-balancer`, `waf`: a gateway that blocks) or by its own name.',
      ),
  })
  .describe('Flows that pass such a box are left out.');

const SIDES = z.strictObject({ from: FROM, to: TO });
const NEVER = z.strictObject({ from: FROM, to: TO, unless: UNLESS.optional() });
const ONLY = z.strictObject({
  from: FROM,
  to: TO,
  flows: z
    .array(TEXT, { error: 'list what may arrive: [ "api.stripe.com:443" ]' })
    .describe('All that may arrive, as selectors of the receiving side.'),
  unless: UNLESS.optional(),
});
const ISOLATED = z.strictObject({
  namespace: z.string().min(1).describe('The namespace that is on its own.'),
  except: z
    .array(SIDES.describe('Flows that may pass all the same.'))
    .optional()
    .describe('What may pass all the same.'),
});

const NAME = z.string().min(1, 'give it a name, or leave the name out');

/** One entry of `expect:`. Exactly one of the five kinds is there; `parseExpectations` and the published schema see to it. */
export const EXPECTATION_SCHEMA = z.strictObject({
  name: NAME.optional().describe('What reports call it; once in the file.'),
  why: z.string().min(1).optional().describe('Why it must be so; reports repeat it.'),
  only: ONLY.optional().describe('Nothing else arrives.'),
  never: NEVER.optional().describe('No flow arrives.'),
  always: z
    .union([z.literal('aks-dependencies'), SIDES])
    .optional()
    .describe('Every flow arrives and is answered; `aks-dependencies`: what AKS needs.'),
  symmetric: z
    .union([z.literal('all'), SIDES])
    .optional()
    .describe('Whatever arrives is answered by the same stateful boxes.'),
  isolated: z
    .union([z.string().min(1), ISOLATED])
    .optional()
    .describe('Pods of a namespace reach no other namespace and are reached by none.'),
});

export type WrittenEnds = z.infer<typeof ENDS>;
export type WrittenExpectation = z.infer<typeof EXPECTATION_SCHEMA>;
