import type { TemplateRuntime } from '../../importers/arm-template/index.ts';
import { fromJson } from '../../values/index.ts';
import type { DeploymentWorld } from '../deployment-door.ts';
import type { JsonObject } from '../json.ts';
import { formatMoment } from './moments.ts';
import { templateGuid, uniqueString } from './unique-string.ts';
import type { Work } from './work.ts';

/** Answers what the expressions of a template ask: resources as a GET tells them, generated names, the moment. */
export function runtimeOf(work: Work, deploymentName: string): TemplateRuntime {
  const { world } = work;
  let made = 0;
  return {
    deploymentName,
    resource: (id) => {
      const entry = work.steps.get(id.toLowerCase());
      if (entry !== undefined && work.perform(entry.step) === 'failed') {
        const frame = work.running.at(-1);
        if (frame !== undefined) frame.isBlocked = true;
        return undefined;
      }
      const waiting = work.running.at(-1);
      if (waiting !== undefined) waiting.turn = Math.max(waiting.turn, entry?.end ?? 0);
      const told = world.tell(id) ?? subscriptionOf(id, world);
      return told === undefined ? undefined : fromJson(told, work.at);
    },
    generate: (name, list) => {
      switch (name) {
        case 'uniquestring':
          return uniqueString(list);
        case 'guid':
          return templateGuid(list);
        case 'newguid':
          made += 1;
          return world.guid('newGuid', deploymentName, world.now(), String(made));
        case 'utcnow':
          return formatMoment(world.now(), list[0]);
        default:
          return undefined;
      }
    },
  };
}

function subscriptionOf(id: string, world: DeploymentWorld): JsonObject | undefined {
  if (id.toLowerCase() !== `/subscriptions/${world.subscriptionId.toLowerCase()}`) return undefined;
  const { subscriptionId, tenantId } = world;
  return { id, subscriptionId, tenantId, displayName: 'Rehearsal' };
}
