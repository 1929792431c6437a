import { z } from 'zod';

/** A name that ends up in resource names and Kubernetes names alike: RFC 1123 labels, short. */
export const NAME = z
  .string()
  .regex(/^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'write 1 to 32 lower-case letters, digits and -')
  .describe('Lower-case letters, digits and -, at most 32.');

export const CIDR = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, 'write a range as `10.0.0.0/16`')
  .describe('An IPv4 range: `10.0.0.0/16`.');

export const ADDRESS = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,3}){3}$/, 'write an address as `10.0.0.4`')
  .describe('An IPv4 address.');

export const RESOURCE_ID = z
  .string()
  .regex(/^\/subscriptions\//, 'write the whole id: /subscriptions/…')
  .describe('The id of a resource that exists already.');

export const WHY = z.string().min(1).describe('Why it must be so; rules and policies repeat it.');

export const UNTIL = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'write a day as `2027-03-31`')
  .describe('The last day it is wanted: `2027-03-31`. After it, reading the page warns.');

export const ZONES = z
  .array(z.enum(['1', '2', '3']))
  .max(3)
  .describe('Availability zones: ["1", "2", "3"]; [] for none.');

/** 1 to 65535, in letters that JSON Schema can say. */
const NUMBER = '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';

/** `8080`, `8000-8999`, `53/udp`. */
export const PORT = z
  .union([
    z.number().int().min(1).max(65535),
    z
      .string()
      .regex(
        new RegExp(`^${NUMBER}(?:-${NUMBER})?(?:/(?:tcp|udp))?$`),
        'write a port as `443`, `8000-8999` or `53/udp`',
      ),
  ])
  .describe('A port: 443, "8000-8999", "53/udp".');

/** A port that a Service or a listener has. */
export const ONE_PORT = z
  .union([
    z.number().int().min(1).max(65535),
    z
      .string()
      .regex(new RegExp(`^${NUMBER}(?:/(?:tcp|udp))?$`), 'write a port as `443` or `53/udp`'),
  ])
  .describe('A port: 443, "53/udp".');

export const LABELS = z.record(z.string(), z.string());

export const PODS = z
  .strictObject({
    namespace: NAME.describe('The namespace of the pods.'),
    app: z.string().min(1).max(63).optional().describe('The value of their label `app`.'),
    labels: LABELS.optional().describe('Labels that all of them have, beside or instead of `app`.'),
  })
  .describe('Pods of one namespace; without `app` and `labels` all of them.');

export type WrittenPods = z.infer<typeof PODS>;
