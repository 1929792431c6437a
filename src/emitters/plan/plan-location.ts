import type { Place } from '../../diagnostics/index.ts';
import type { Planning } from './draft.ts';
import { pascalCase } from './identifier.ts';
import type { PlanText } from './plan.ts';

/** `East US` and `eastus` are one region. */
export function regionOf(text: string): string {
  return text.replaceAll(' ', '').toLowerCase();
}

/** Is what nobody knows where the group or the deployment is? */
export function isDeploymentLocation(text: string): boolean {
  return /^(?:resourceGroup|deployment)\(\)\.location\b/i.test(text);
}

/**
 * The parameter a region is: `location` for the one that most resources are in, and for that of the deployment.
 * @param region `undefined`: the region of the deployment
 */
export function locationParameter(
  planning: Planning,
  region: string | undefined,
  at: Place,
): Extract<PlanText, { kind: 'parameter' }> {
  const { mainRegion } = planning;
  const isMain = region === undefined ? mainRegion === undefined : regionOf(region) === mainRegion;
  const identity = isMain ? 'location' : `location:${region === undefined ? '' : regionOf(region)}`;
  const where = region ?? 'the region of the deployment';
  return planning.parameters.named(
    identity,
    isMain ? 'location' : `location${pascalCase(region ?? 'Deployment')}`,
    (name) => ({
      name,
      type: 'string',
      description: isMain ? 'Region of the resources.' : `Region of what is in ${where}.`,
      isSecure: false,
      default:
        isMain || region === undefined
          ? { kind: 'deployment-location' }
          : { kind: 'literal', value: region, at },
      ...(isMain && region !== undefined ? { value: region } : {}),
      role: 'location',
    }),
    at,
  );
}
