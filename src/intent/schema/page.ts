import { z } from 'zod';
import { CLUSTER } from './cluster.ts';
import { EXPECTATION_SCHEMA } from './expectation.ts';
import { HUB, SPOKE } from './hub.ts';
import { ALLOW, EGRESS, INGRESS, NAMESPACE, PRIVATE_ENDPOINT } from './traffic.ts';
import { NAME } from './words.ts';

const LOGGING = z
  .strictObject({
    enabled: z.boolean().optional().describe('Log what firewall and gateways decide.'),
    retentionDays: z.number().int().min(30).max(730).optional().describe('How long logs are kept.'),
    flowLogs: z.boolean().optional().describe('Flow logs of the networks.'),
  })
  .describe('A Log Analytics workspace and what is sent there.');

const ALERTS = z
  .strictObject({
    email: z.array(z.string().min(3)).optional().describe('Who is told.'),
    deniedPerHour: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Denied flows in an hour that are worth a message.'),
    snatPercent: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Use of SNAT ports, in percent, that is worth a message.'),
  })
  .describe('Alert rules.');

const SECTIONS = {
  location: z
    .string()
    .regex(/^[a-z][a-z0-9]+$/, 'write the short form: `westeurope`')
    .describe('The Azure region, in its short form: `westeurope`.'),
  hub: HUB,
  spokes: z.array(SPOKE).min(1, 'name at least one spoke').describe('The networks around the hub.'),
  clusters: z.array(CLUSTER).min(1, 'name at least one cluster').describe('The clusters.'),
};

/** What may stand beside `expect:`; `name` makes a page of it. */
export const PERIMETER_SCHEMA = z
  .strictObject({
    name: NAME.describe('The workload; part of every resource name.'),
    environment: NAME.optional().describe('The stage: `prod`, `dev`.'),
    location: SECTIONS.location,
    resourceGroup: z.string().min(1).max(90).optional().describe('The resource group.'),
    tags: z
      .record(z.string(), z.string())
      .optional()
      .describe('Tags of every resource, such as costCenter and owner.'),
    hub: SECTIONS.hub,
    spokes: SECTIONS.spokes,
    clusters: SECTIONS.clusters,
    namespaces: z.array(NAMESPACE).optional().describe('The namespaces of the workload.'),
    allow: z.array(ALLOW).optional().describe('What pods may call in the cluster.'),
    ingress: z.array(INGRESS).optional().describe('What is published.'),
    egress: z.array(EGRESS).optional().describe('What may be called outside.'),
    privateEndpoints: z.array(PRIVATE_ENDPOINT).optional().describe('Services reached privately.'),
    logging: LOGGING.optional(),
    alerts: ALERTS.optional(),
    expect: z.array(EXPECTATION_SCHEMA).optional().describe('What must be so.'),
  })
  .describe('One page that says what a perimeter is meant to be.');

/** The page, as it is written: nothing is filled in. */
export type Perimeter = z.infer<typeof PERIMETER_SCHEMA>;
