import type { BlobServiceClient } from '@azure/storage-blob';
import { type Diagnostic, OperationalError, type Parsed } from '../../diagnostics/index.ts';
import type { LogInput } from '../ingest/log-input.ts';
import type { LogCredential } from './credential.ts';
import { optionalPackage } from './optional-package.ts';
import { ownFailure } from './retry.ts';

/** Where the blobs are, and by which right they are read. Neither a connection string nor a signature is ever shown. */
export type BlobAccount =
  | { readonly connectionString: string }
  | { readonly url: string; readonly credential?: LogCredential };

export interface BlobOptions {
  /** Diagnostic settings make one container a category. Default: `insights-logs-`. */
  readonly containerPrefix?: string;
  /** Within a container, as `resourceId=/SUBSCRIPTIONS/…`. */
  readonly blobPrefix?: string;
  /** Only hours that touch this time, milliseconds; blobs whose path names no hour are read always. */
  readonly from?: number;
  readonly to?: number;
}

const BLOBS_MAX = 1_000_000;

/**
 * The logs in a storage account, as inputs: blobs of its containers of logs, by container and then by name, which is the order of time.
 * Known again by etag; those that grow at their end are read from where they were left.
 * @throws OperationalError when the account cannot be read at all
 */
export async function blobInputs(
  account: BlobAccount,
  options: BlobOptions = {},
): Promise<Parsed<readonly LogInput[]>> {
  const { containerPrefix = 'insights-logs-', blobPrefix } = options;
  const service = await serviceOf(account);
  const inputs: LogInput[] = [];
  const diagnostics: Diagnostic[] = [];
  const containers: string[] = [];
  try {
    for await (const { name } of service.listContainers({ prefix: containerPrefix })) {
      containers.push(name);
    }
  } catch (error) {
    throw accountError(service, error);
  }
  for (const container of containers) {
    const client = service.getContainerClient(container);
    const prefix = blobPrefix === undefined ? {} : { prefix: blobPrefix };
    try {
      for await (const { name, properties } of client.listBlobsFlat(prefix)) {
        if (inputs.length >= BLOBS_MAX) break;
        if (!isWithin(name, options)) continue;
        const blob = client.getBlobClient(name);
        inputs.push({
          name: `${service.accountName}/${container}/${name}`,
          size: properties.contentLength ?? 0,
          version: properties.etag,
          open: (from, to) => downloaded(blob, from, to),
        });
      }
    } catch (error) {
      diagnostics.push({
        code: 'logs/not-read',
        severity: 'error',
        message: `the container \`${container}\` of \`${service.accountName}\` cannot be listed (${reasonOf(error)}); its logs are missing`,
      });
    }
  }
  return { value: inputs, diagnostics };
}

async function serviceOf(account: BlobAccount): Promise<BlobServiceClient> {
  const { BlobServiceClient, AnonymousCredential } = await optionalPackage(
    '@azure/storage-blob',
    () => import('@azure/storage-blob'),
  );
  const retry = { retryOptions: { maxTries: 5, maxRetryDelayInMs: 20_000 } };
  try {
    if ('connectionString' in account) {
      return BlobServiceClient.fromConnectionString(account.connectionString, retry);
    }
    const { url, credential } = account;
    return new BlobServiceClient(url, credential ?? new AnonymousCredential(), retry);
  } catch {
    // Its message may hold what was given: it is not passed on.
    const what = 'connectionString' in account ? 'connection string' : 'URL of the storage account';
    throw new OperationalError('logs/account', `the ${what} is not written as one`, {
      hint: 'copy it from the portal, whole',
    });
  }
}

async function* downloaded(
  blob: ReturnType<ReturnType<BlobServiceClient['getContainerClient']>['getBlobClient']>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  if (to <= from) return;
  let body: AsyncIterable<Uint8Array> | undefined;
  try {
    const answer = await blob.download(from, to - from);
    body = answer.readableStreamBody as AsyncIterable<Uint8Array> | undefined;
    if (body !== undefined) yield* body;
  } catch (error) {
    // Requests carry signatures: only the reason goes on.
    throw Object.assign(new Error('the blob could not be read'), { code: reasonOf(error) });
  }
}

function accountError(service: BlobServiceClient, error: unknown): OperationalError {
  const own = ownFailure(error);
  if (own !== undefined) return own;
  const reason = reasonOf(error);
  const isRefused = [
    '401',
    '403',
    'AuthenticationFailed',
    'AuthorizationFailure',
    'AuthorizationPermissionMismatch',
  ].includes(reason);
  return new OperationalError(
    'logs/account',
    `the storage account \`${service.accountName}\` cannot be read (${reason})`,
    {
      hint: isRefused
        ? 'the role `Storage Blob Data Reader` is needed'
        : 'is its name right, and does it take requests from here?',
    },
  );
}

/** The service's own code, or the status, or what the network said; never its message, which may hold the request. */
function reasonOf(error: unknown): string {
  const { code, statusCode, name } = error as {
    readonly code?: unknown;
    readonly statusCode?: unknown;
    readonly name?: unknown;
  };
  if (typeof code === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(code)) return code;
  if (typeof statusCode === 'number') return String(statusCode);
  return typeof name === 'string' && /^[A-Za-z]{1,40}$/.test(name) ? name : 'no answer';
}

const HOUR = /\/y=(\d{4})\/m=(\d{2})\/d=(\d{2})\/h=(\d{2})\//;

function isWithin(name: string, { from, to }: BlobOptions): boolean {
  const match = HOUR.exec(name);
  if (match === null) return true;
  const [, year, month, day, hour] = match.map(Number);
  const begin = Date.UTC(year!, month! - 1, day, hour);
  return (from === undefined || begin + 3_600_000 > from) && (to === undefined || begin < to);
}
