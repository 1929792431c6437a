import type { ArmAnswer, ArmRequest } from './arm-request.ts';
import type { Identity } from './identity.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * What clients ask before they know a subscription: where to sign in, and a token (arm-endpoint 2.1). Whoever asks gets one; it opens
 * nothing but this endpoint. `undefined` when the path is none of these.
 */
export function handleSignIn(
  identity: Identity,
  origin: string,
  now: string,
  request: ArmRequest,
): ArmAnswer | undefined {
  const path = request.path.toLowerCase().replace(/\/+$/, '');
  if (path.endsWith('/.well-known/openid-configuration')) {
    return { status: 200, body: openIdConfiguration(origin, request.path) };
  }
  if (path === '/metadata/identity/oauth2/token' || path === '/msi/token') {
    return { status: 200, body: tokenAnswer(identity, origin, now, true) };
  }
  if (/\/oauth2(?:\/v2\.0)?\/token$/.test(path)) {
    return { status: 200, body: tokenAnswer(identity, origin, now, false) };
  }
  if (path === '/metadata/endpoints') return { status: 200, body: metadata(origin, request) };
  if (path.endsWith('/discovery/keys') || path.endsWith('/discovery/v2.0/keys')) {
    return { status: 200, body: { keys: [] } };
  }
  if (path === '/common/discovery/instance') {
    return {
      status: 200,
      body: { tenant_discovery_endpoint: `${origin}/adfs${OPEN_ID}`, metadata: [] },
    };
  }
  return undefined;
}

const OPEN_ID = '/.well-known/openid-configuration';
const LIFE_SECONDS = 86_399;

function openIdConfiguration(origin: string, path: string): JsonObject {
  const [first = 'adfs'] = path.split('/').filter((word) => word !== '');
  const authority = `${origin}/${first === '.well-known' ? 'adfs' : first}`;
  return {
    issuer: authority,
    authorization_endpoint: `${authority}/oauth2/authorize`,
    token_endpoint: `${authority}/oauth2/token`,
    device_authorization_endpoint: `${authority}/oauth2/devicecode`,
    jwks_uri: `${authority}/discovery/keys`,
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

/** Managed identities get texts where others get numbers. */
function tokenAnswer(
  identity: Identity,
  origin: string,
  now: string,
  isManagedIdentity: boolean,
): JsonObject {
  const issued = Math.floor(Date.parse(now) / 1000);
  const expires = issued + LIFE_SECONDS;
  const access_token = tokenOf(identity, origin, issued, expires);
  const common = { token_type: 'Bearer', access_token };
  if (!isManagedIdentity) {
    return { ...common, expires_in: LIFE_SECONDS, ext_expires_in: LIFE_SECONDS };
  }
  return {
    ...common,
    expires_in: String(LIFE_SECONDS),
    expires_on: String(expires),
    not_before: String(issued),
    resource: origin,
    client_id: identity.clientId,
  };
}

/** In the form of a JSON web token, because clients look inside for the tenant. Nobody checks what it is signed with. */
function tokenOf(identity: Identity, origin: string, issued: number, expires: number): string {
  const { tenantId, clientId } = identity;
  const claims = {
    aud: origin,
    iss: `${origin}/adfs`,
    iat: issued,
    nbf: issued,
    exp: expires,
    appid: clientId,
    oid: clientId,
    sub: clientId,
    tid: tenantId,
    ver: '1.0',
  };
  const encoded = (json: Json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const signature = Buffer.from('rehearsal').toString('base64url');
  return `${encoded({ typ: 'JWT', alg: 'RS256' })}.${encoded(claims)}.${signature}`;
}

/** Three forms by age; the newest serves the CLI and Terraform alike (2.1). */
function metadata(origin: string, { query }: ArmRequest): Json {
  const version = query.get('api-version') ?? '';
  const portal = 'https://portal.azure.com';
  const loginEndpoint = `${origin}/adfs`;
  if (version < '2018') {
    return {
      galleryEndpoint: portal,
      graphEndpoint: `${origin}/graph/`,
      portalEndpoint: portal,
      authentication: { loginEndpoint, audiences: [origin] },
    };
  }
  const cloud: JsonObject = {
    name: 'rehearsal',
    portal,
    resourceManager: origin,
    authentication: {
      loginEndpoint,
      audiences: [origin],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    graph: `${origin}/graph/`,
    graphAudience: `${origin}/graph/`,
    microsoftGraphResourceId: `${origin}/graph/`,
    media: origin,
    batch: origin,
    activeDirectoryDataLake: origin,
    sqlManagement: origin,
    suffixes: {
      acrLoginServer: 'azurecr.io',
      keyVaultDns: 'vault.azure.net',
      sqlServerHostname: 'database.windows.net',
      storage: 'core.windows.net',
      storageSyncEndpointSuffix: 'afs.azure.net',
    },
  };
  return version < '2020' ? [cloud] : cloud;
}
