import { isToken } from './az-token.ts';
import { memberOf, parseAnswer, textOf } from './json.ts';
import type { Sender } from './send.ts';
import type { TokenSource } from './token-source.ts';

export interface ClientCredentials {
  readonly login: string;
  readonly audience: string;
  readonly tenant: string;
  readonly clientId: string;
  /** A secret, or the token of a workload that the application trusts; read anew each time, since it changes. */
  readonly proof:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'federated'; readonly read: () => Promise<string | undefined> };
}

/** An application signs in for itself: what pipelines and workloads in a cluster do. */
export function clientCredentials(
  { login, audience, tenant, clientId, proof }: ClientCredentials,
  sender: Sender,
  now: () => number,
): TokenSource {
  // Where the authority is called `/adfs` there are no tenants, and a resource instead of a scope (arm-endpoint 1.4).
  const isAdfs = login.endsWith('/adfs');
  const url = isAdfs
    ? `${login}/oauth2/token`
    : `${login}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  return {
    name: 'AZURE_CLIENT_ID of the environment',
    fetch: async () => {
      const proven = await proofOf(proof);
      if (proven === undefined) {
        return { refused: 'the file in AZURE_FEDERATED_TOKEN_FILE cannot be read' };
      }
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        ...(isAdfs
          ? { resource: audience }
          : { scope: `${audience.replace(/\/+$/, '')}/.default` }),
        ...proven,
      });
      const asked = now();
      const sent = await sender({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
      });
      if (sent.kind === 'failed') return { refused: sent.why };
      const json = parseAnswer(sent.text);
      const token = textOf(memberOf(json, 'access_token'));
      if (sent.status !== 200 || token === undefined || !isToken(token)) {
        const said = textOf(memberOf(json, 'error_description')) ?? textOf(memberOf(json, 'error'));
        const why = said?.split(/\r?\n/)[0]?.slice(0, 300) ?? `status ${sent.status}`;
        return { refused: `sign-in was refused: ${why}` };
      }
      const seconds = Number(memberOf(json, 'expires_in'));
      return seconds > 0 ? { token, expiresAt: asked + seconds * 1000 } : { token };
    },
  };
}

async function proofOf(
  proof: ClientCredentials['proof'],
): Promise<Readonly<Record<string, string>> | undefined> {
  if (proof.kind === 'secret') return { client_secret: proof.secret };
  const assertion = await proof.read();
  if (assertion === undefined) return undefined;
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}
