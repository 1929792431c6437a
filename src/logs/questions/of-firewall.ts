import { type Expression, ends, lower, type Pipeline } from '../query/index.ts';
import { filled } from './tables.ts';

/** The id of the resource that wrote a record. Every table has the column; ids are compared without case (ARM-74). */
export const RESOURCE: Expression<'text'> = lower(
  filled({ kind: 'text', is: 'column', name: '_ResourceId' }),
);

/** A question asked of the records of one firewall alone, by its name: ids of templates have no subscription yet. */
export function ofFirewall(pipeline: Pipeline, firewall: string | undefined): Pipeline {
  if (firewall === undefined) return pipeline;
  const resource: Expression<'text'> = { kind: 'text', is: 'column', name: '_ResourceId' };
  const of = ends(resource, `/azurefirewalls/${firewall.toLowerCase()}`);
  return {
    sources: pipeline.sources.map((source) => ({
      ...source,
      columns: { ...source.columns, _ResourceId: RESOURCE },
    })),
    steps: [{ step: 'where', of }, ...pipeline.steps],
  };
}
