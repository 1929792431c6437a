import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from './identity.ts';
import type { Json, JsonObject } from './json.ts';
import { type PrivateDirectory, writePrivately } from './private-directory.ts';
import { isJsonObject, textOf } from './request-json.ts';

/** The four files that make the Azure CLI signed in to this endpoint without a login (arm-endpoint 1.1). */
export function writeCliConfiguration(
  directory: PrivateDirectory,
  identity: Identity,
  origin: string,
): void {
  const { subscriptionId, subscriptionName, tenantId, clientId } = identity;
  const write = (name: string, text: string) => writePrivately(join(directory.azure, name), text);
  write('clouds.config', cloudsConfig(subscriptionId, origin));
  write('config', cliConfig(origin));
  write(
    'azureProfile.json',
    JSON.stringify({
      installationId: clientId,
      subscriptions: [
        {
          id: subscriptionId,
          name: subscriptionName,
          state: 'Enabled',
          user: { name: clientId, type: 'servicePrincipal' },
          isDefault: true,
          tenantId,
          homeTenantId: tenantId,
          environmentName: 'rehearsal',
          managedByTenants: [],
        },
      ],
    }),
  );
  // Any secret does: it is not a secret, and opens nothing.
  write(
    'service_principal_entries.json',
    JSON.stringify([{ client_id: clientId, tenant: tenantId, client_secret: 'rehearsal' }]),
  );
}

function cloudsConfig(subscriptionId: string, origin: string): string {
  return `[rehearsal]
profile = latest
endpoint_resource_manager = ${origin}
endpoint_management = ${origin}
endpoint_active_directory = ${origin}/adfs
endpoint_active_directory_resource_id = ${origin}
endpoint_active_directory_graph_resource_id = ${origin}/graph/
endpoint_microsoft_graph_resource_id = ${origin}/graph/
suffix_acr_login_server_endpoint = .azurecr.io
suffix_storage_endpoint = core.windows.net
suffix_keyvault_dns = .vault.azure.net
subscription = ${subscriptionId}
`;
}

function cliConfig(origin: string): string {
  return `[cloud]
name = rehearsal
[core]
collect_telemetry = no
survey_message = no
disable_progress_bar = yes
[auto-upgrade]
enable = no
[extension]
use_dynamic_install = no
index_url = ${origin}/extensions/index.json
`;
}

/** An extension of the CLI that is installed on this machine. */
export interface Extension {
  readonly name: string;
  readonly version: string;
}

/** Where the person's own extensions are, when there are any. */
export function extensionDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const config = env['AZURE_CONFIG_DIR'] ?? join(homedir(), '.azure');
  const path = env['AZURE_EXTENSION_DIR'] ?? join(config, 'cliextensions');
  return installedExtensions(path).length > 0 ? path : undefined;
}

/** Each in a folder of its own that holds a wheel's `…dist-info`. */
export function installedExtensions(path: string | undefined): readonly Extension[] {
  if (path === undefined || !existsSync(path)) return [];
  return readdirSync(path).flatMap((name) => {
    const info = list(join(path, name)).find((entry) => entry.endsWith('.dist-info'));
    if (info === undefined) return [];
    const version = /-(\d[^-]*)\.dist-info$/.exec(info)?.[1];
    return [{ name, version: versionIn(join(path, name, info)) ?? version ?? '0.0.0' }];
  });
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function versionIn(info: string): string | undefined {
  try {
    const json = JSON.parse(readFileSync(join(info, 'metadata.json'), 'utf8')) as Json;
    return isJsonObject(json) ? textOf(json['version']) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `az extension add` reads the index before it looks at what is there (arm-endpoint 1.5). What is installed is listed, so that it can say
 * so; nothing can be fetched from here.
 */
export function extensionIndex(extensions: readonly Extension[], origin: string): JsonObject {
  const entries = extensions.map(({ name, version }): [string, Json] => {
    const filename = `${name.replaceAll('-', '_')}-${version}-py2.py3-none-any.whl`;
    const entry: JsonObject = {
      downloadUrl: `${origin}/extensions/${filename}`,
      filename,
      sha256Digest: '0'.repeat(64),
      metadata: { name, version, 'azext.minCliCoreVersion': '2.0.0' },
    };
    return [name, [entry]];
  });
  return { formatVersion: '1', extensions: Object.fromEntries(entries) };
}
