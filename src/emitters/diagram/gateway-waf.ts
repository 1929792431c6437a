import type {
  ApplicationGateway,
  GatewayListener,
  GatewayRoute,
  Reference,
} from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { nameOfId, settingText, unknownText } from './words.ts';

/** `WAF in prevention mode`. Listeners and path rules may have a policy of their own, which applies alone (AZS-68). */
export function wafText(network: Network, gateway: ApplicationGateway): string {
  const modes = new Set(
    gateway.listeners.length === 0
      ? [modeOf(network, gateway.wafPolicy, gateway)]
      : gateway.listeners.flatMap((listener) => modesOf(network, gateway, listener)),
  );
  return modes.size === 1 ? ([...modes][0] ?? '') : `WAF differs: ${[...modes].sort().join('; ')}`;
}

function modesOf(
  network: Network,
  gateway: ApplicationGateway,
  listener: GatewayListener,
): readonly string[] {
  const mine = gateway.routes.filter(({ listenerKey }) => listenerKey === listener.key);
  const routes: readonly (GatewayRoute | undefined)[] = mine.length === 0 ? [undefined] : mine;
  return routes.map((route) =>
    modeOf(network, route?.wafPolicy ?? listener.wafPolicy ?? gateway.wafPolicy, gateway),
  );
}

/** AZS-69: Detection only logs, a disabled policy does nothing. */
function modeOf(
  network: Network,
  reference: Reference | undefined,
  gateway: ApplicationGateway,
): string {
  if (reference === undefined) {
    const inline = gateway.inlineWaf;
    if (inline === undefined) return 'no WAF';
    if (!inline.enabled) return 'WAF is switched off';
    return inline.mode === undefined
      ? 'WAF mode not known'
      : `WAF in ${inline.mode.toLowerCase()} mode`;
  }
  if (isUnknown(reference)) return `WAF ${unknownText(reference.missing)}`;
  const policy = network.perimeter.wafPolicies.get(reference.key);
  if (policy === undefined)
    return `WAF mode not known (${nameOfId(reference.id)} is not in the input)`;
  if (policy.isReference === true) return `WAF mode not known (${policy.name} is only referred to)`;
  if (policy.state === 'Disabled') return 'WAF is switched off';
  if (isUnknown(policy.state)) return `WAF ${unknownText(policy.state.missing)}`;
  return isUnknown(policy.mode)
    ? `WAF mode ${unknownText(policy.mode.missing)}`
    : policy.mode === undefined
      ? 'WAF mode not known'
      : `WAF in ${settingText(policy.mode, '').toLowerCase()} mode`;
}
