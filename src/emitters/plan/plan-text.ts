import type { Place } from '../../diagnostics/index.ts';
import type { Planning } from './draft.ts';
import type { PlanText } from './plan.ts';
import { isDeploymentLocation, locationParameter } from './plan-location.ts';
import { runTimeAttribute } from './run-time-attribute.ts';
import { symbolOfToken, tokenParts } from './unknown-token.ts';

/** A text that may hold tokens: each becomes the parameter or the attribute it stands for. */
export function planText(planning: Planning, text: string, owner: string, at: Place): PlanText {
  if (!text.includes('«')) return { kind: 'literal', value: text, at };
  const parts = tokenParts(text).map((part): PlanText => {
    if (typeof part === 'string') return { kind: 'literal', value: part, at };
    if (isDeploymentLocation(part.token)) return locationParameter(planning, undefined, at);
    const attribute = runTimeAttribute(planning, symbolOfToken(part.token), at);
    return attribute ?? planning.parameters.token(part.token, owner, at);
  });
  return parts.length === 1 ? parts[0]! : { kind: 'text', parts, at };
}
