import { OperationalError } from '../diagnostics/index.ts';
import { isObject, itemsOf, type Json, memberOf, parseAnswer, textOf } from './json.ts';
import type { Sender } from './send.ts';

/** Where a cloud's resource manager is, and where one signs in to it. */
export interface Cloud {
  /** Origin, without a slash at its end. */
  readonly manager: string;
  readonly login: string;
  /** What a token must be for. */
  readonly audience: string;
  /** Where workspaces of Log Analytics are asked; a cloud may have none. */
  readonly logAnalytics?: string;
}

export const CLOUDS = {
  public: {
    manager: 'https://management.azure.com',
    login: 'https://login.microsoftonline.com',
    audience: 'https://management.azure.com/',
    logAnalytics: 'https://api.loganalytics.io',
  },
  usgovernment: {
    manager: 'https://management.usgovcloudapi.net',
    login: 'https://login.microsoftonline.us',
    audience: 'https://management.usgovcloudapi.net/',
    logAnalytics: 'https://api.loganalytics.us',
  },
  china: {
    manager: 'https://management.chinacloudapi.cn',
    login: 'https://login.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn/',
    logAnalytics: 'https://api.loganalytics.azure.cn',
  },
} as const satisfies Readonly<Record<string, Cloud>>;

/**
 * The cloud behind another resource manager, as it tells itself (arm-endpoint 2.1): a sovereign cloud, Azure Stack, a rehearsal.
 * @throws OperationalError `live/cloud` when nothing there says where to sign in
 */
export async function discoverCloud(address: string, sender: Sender): Promise<Cloud> {
  const manager = originOf(address);
  if (manager === undefined) {
    throw refused(address, 'it is no address of the form https://HOST');
  }
  const sent = await sender({
    method: 'GET',
    url: `${manager}/metadata/endpoints?api-version=2022-09-01`,
    headers: { accept: 'application/json' },
  });
  if (sent.kind === 'failed') throw refused(address, sent.why);
  if (sent.status !== 200) throw refused(address, `it answered with status ${sent.status}`);
  const told = chosen(parseAnswer(sent.text), manager);
  const login = secure(textOf(memberOf(told, 'authentication', 'loginEndpoint')));
  if (login === undefined) throw refused(address, 'what it answered names no place to sign in');
  const audience = textOf(itemsOf(memberOf(told, 'authentication', 'audiences'))[0]);
  const logAnalytics = originOf(textOf(memberOf(told, 'logAnalyticsResourceId')) ?? '');
  return {
    ...{ manager, login, audience: audience ?? `${manager}/` },
    ...(logAnalytics === undefined ? {} : { logAnalytics }),
  };
}

/** Older forms list several clouds; the one that names this manager is meant. */
function chosen(json: Json | undefined, manager: string): Json | undefined {
  if (isObject(json)) return json;
  const all = itemsOf(json);
  const isIt = (one: Json) => originOf(textOf(memberOf(one, 'resourceManager')) ?? '') === manager;
  return all.find(isIt) ?? all[0];
}

/** Secrets go there: never in the clear. */
function secure(address: string | undefined): string | undefined {
  if (address === undefined || originOf(address) === undefined) return undefined;
  return address.replace(/\/+$/, '');
}

/** @returns `undefined` for what is no https address */
export function originOf(address: string): string | undefined {
  try {
    const { protocol, origin, username, password } = new URL(address);
    return protocol === 'https:' && username === '' && password === '' ? origin : undefined;
  } catch {
    return undefined;
  }
}

function refused(address: string, why: string): OperationalError {
  return new OperationalError('live/cloud', `\`${address}\` is not a resource manager: ${why}`, {
    hint: 'name the address of Azure Resource Manager, as --arm-endpoint https://management.azure.com',
  });
}
