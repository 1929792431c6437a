import type { Identity } from './identity.ts';
import type { PrivateDirectory } from './private-directory.ts';

/** Variables that point the clients of Azure at the endpoint, and nowhere else. */
export function endpointVariables(
  directory: PrivateDirectory,
  origin: string,
  identity: Identity,
  extensions: string | undefined,
): Readonly<Record<string, string>> {
  const { subscriptionId, tenantId, clientId } = identity;
  return {
    AZURE_CONFIG_DIR: directory.azure,
    REQUESTS_CA_BUNDLE: directory.bundle,
    ...(extensions === undefined ? {} : { AZURE_EXTENSION_DIR: extensions }),
    KUBECONFIG: directory.kubeconfig,
    NODE_EXTRA_CA_CERTS: directory.ca,
    SSL_CERT_FILE: directory.bundle,
    // Terraform's provider, and the SDKs' sign-in: a script that also calls these must not reach the real Azure from here.
    ARM_METADATA_HOSTNAME: new URL(origin).host,
    ARM_SUBSCRIPTION_ID: subscriptionId,
    ARM_TENANT_ID: tenantId,
    ARM_CLIENT_ID: clientId,
    ARM_CLIENT_SECRET: 'rehearsal',
    ARM_RESOURCE_PROVIDER_REGISTRATIONS: 'none',
    AZURE_AUTHORITY_HOST: origin,
    AZURE_SUBSCRIPTION_ID: subscriptionId,
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: 'rehearsal',
  };
}

/** Of the person's own: what would lead past the endpoint, or hide it behind a proxy. */
const LEADING_AWAY = [
  'AZURE_ACCESS_TOKEN',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_USERNAME',
  'AZURE_PASSWORD',
  'AZURE_CLOUD_NAME',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'MSI_ENDPOINT',
  'ARM_CLIENT_CERTIFICATE_PATH',
  'ARM_OIDC_TOKEN',
  'ARM_USE_OIDC',
  'ARM_USE_MSI',
  'ARM_ACCESS_KEY',
  'ARM_SAS_TOKEN',
];

/** The environment of a rehearsed script: the person's own but for these. */
export function scriptEnvironment(
  own: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(
    Object.entries(own).filter(([name]) => !LEADING_AWAY.includes(name)),
  );
  const direct = ['localhost', '127.0.0.1', own['NO_PROXY'] ?? own['no_proxy'] ?? ''];
  const noProxy = direct.filter((one) => one !== '').join(',');
  return { ...kept, ...variables, NO_PROXY: noProxy, no_proxy: noProxy };
}

/** Lines a person pastes into a shell. */
export function exportLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
}
