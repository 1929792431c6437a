import { randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { type Certificates, makeCertificates } from '../certificates/index.ts';
import { type Arm, createArm, NOT_KEPT } from './arm.ts';
import { armError } from './arm-error.ts';
import { type ArmAnswer, type ArmRequest, answerOf } from './arm-request.ts';
import type { Behaviour } from './behaviour.ts';
import { type Extension, extensionIndex, writeCliConfiguration } from './cli-configuration.ts';
import type { DeploymentDoor } from './deployment-door.ts';
import { handleGraph } from './graph.ts';
import { startHttps } from './https-server.ts';
import { defaultIdentity, type Identity } from './identity.ts';
import type { JournalEntry } from './journal.ts';
import { readOwner, takeDirectory } from './owner-lock.ts';
import {
  openPrivateDirectory,
  type PrivateDirectory,
  writePrivately,
} from './private-directory.ts';
import { recordedJson, statusJson } from './recorded.ts';
import { handleSignIn } from './sign-in.ts';
import { openStateFile } from './state-file.ts';

export interface EndpointOptions {
  /** Private to the rehearsal; made when it is not there. */
  readonly directory: string;
  readonly behaviours: readonly Behaviour[];
  readonly deployments?: DeploymentDoor;
  /** The subscription that scripts expect; made up unless told. */
  readonly subscriptionId?: string;
  readonly subscriptionName?: string;
  readonly tenantId?: string;
  /** Wanted, not promised: the one of the last time unless told. */
  readonly port?: number;
  readonly polls?: number;
  readonly extensions?: readonly Extension[];
  readonly env?: NodeJS.ProcessEnv;
  readonly onBug?: (error: unknown, entry: JournalEntry) => void;
}

/** A running endpoint. */
export interface Endpoint {
  readonly origin: string;
  readonly port: number;
  readonly directory: PrivateDirectory;
  readonly identity: Identity;
  readonly arm: Arm;
  /** Everything is written and given back; a second call does nothing. */
  readonly close: () => Promise<void>;
}

/**
 * A local Azure Resource Manager on the loopback address, with its state, its certificates and the CLI's configuration in one private
 * directory.
 * @throws OperationalError when the directory, the state or a port cannot be had
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const env = options.env ?? process.env;
  const directory = openPrivateDirectory(options.directory, env);
  const release = takeDirectory(directory);
  let close = async () => release();
  try {
    const certificates = certificatesIn(directory);
    const file = openStateFile(directory.state);
    close = async () => {
      file.close();
      release();
    };
    const identity = defaultIdentity(options);
    const word = randomBytes(24).toString('base64url');
    let origin = '';
    const arm = createArm({
      ...identity,
      behaviours: options.behaviours,
      ...(options.deployments === undefined ? {} : { deployments: options.deployments }),
      file,
      now: () => new Date().toISOString(),
      origin: () => origin,
      ...(options.polls === undefined ? {} : { polls: options.polls }),
      ...(options.onBug === undefined ? {} : { onBug: options.onBug }),
    });
    const door: Door = {
      arm,
      identity,
      word,
      extensions: options.extensions ?? [],
      origin: () => origin,
    };
    const server = await startHttps({
      key: certificates.key,
      certificate: certificates.certificate,
      port: options.port ?? readOwner(directory)?.port ?? 0,
      handle: (request) => answer(door, request),
      isSettled: arm.isSettled,
      settle: arm.settle,
      failed: answerOf(NOT_KEPT),
    });
    origin = `https://localhost:${server.port}`;
    writeCliConfiguration(directory, identity, origin);
    writePrivately(directory.owner, JSON.stringify({ pid: process.pid, port: server.port, word }));
    const flushing = setInterval(() => arm.flush(), 1_000);
    flushing.unref();
    let isClosed = false;
    close = async () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(flushing);
      await server.close();
      arm.flush();
      file.close();
      release();
    };
    return { origin, port: server.port, directory, identity, arm, close: () => close() };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Those of the last time while they last: programs that were told to trust them go on working. */
function certificatesIn(directory: PrivateDirectory): Pick<Certificates, 'key' | 'certificate'> {
  const { ca, bundle, certificate, key } = directory;
  if ([ca, bundle, certificate, key].every((file) => existsSync(file))) {
    const kept = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
    if (isValid(kept.certificate)) return kept;
  }
  for (const file of [ca, bundle, certificate, key]) rmSync(file, { force: true });
  const made = makeCertificates(new Date());
  writePrivately(ca, made.ca);
  writePrivately(bundle, `${made.ca}${rootCertificates.join('\n')}\n`);
  writePrivately(certificate, made.certificate);
  writePrivately(key, made.key);
  return made;
}

const SOON_MILLISECONDS = 7 * 86_400_000;

function isValid(pem: string): boolean {
  try {
    return Date.parse(new X509Certificate(pem).validTo) > Date.now() + SOON_MILLISECONDS;
  } catch {
    return false;
  }
}

interface Door {
  readonly arm: Arm;
  readonly identity: Identity;
  readonly word: string;
  readonly extensions: readonly Extension[];
  readonly origin: () => string;
}

/** Who of those behind one address is meant. */
function answer(door: Door, request: ArmRequest): ArmAnswer {
  const { arm, identity, extensions, origin } = door;
  const lower = request.path.toLowerCase();
  if (lower.startsWith('/_sallyport/')) return ownCommand(door, request);
  if (lower === '/extensions/index.json') {
    return { status: 200, body: extensionIndex(extensions, origin()) };
  }
  const signedIn = handleSignIn(identity, origin(), new Date().toISOString(), request);
  if (signedIn !== undefined) return signedIn;
  if (!/^bearer \S/i.test(request.headers['authorization'] ?? '')) return unauthenticated(origin());
  if (lower.startsWith('/graph/')) {
    return handleGraph(arm.provider, identity, request.path.slice('/graph'.length), request);
  }
  return arm.answer(request);
}

function unauthenticated(origin: string): ArmAnswer {
  const refusal = armError(
    401,
    'AuthenticationFailed',
    "Authentication failed. The 'Authorization' header is missing.",
  );
  const challenge = `Bearer authorization_uri="${origin}/adfs", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`;
  return { ...answerOf(refusal), headers: { 'WWW-Authenticate': challenge } };
}

/** `sallyport rehearse status`, `export`, `reset` while the endpoint runs. */
function ownCommand({ arm, word }: Door, { path, method, headers }: ArmRequest): ArmAnswer {
  const given = Buffer.from(headers['authorization'] ?? '');
  const wanted = Buffer.from(`Bearer ${word}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return answerOf(armError(403, 'Forbidden', 'Only the owner of the directory may ask this.'));
  }
  switch (`${method} ${path}`) {
    case 'GET /_sallyport/status':
      return { status: 200, body: statusJson(arm) };
    case 'GET /_sallyport/export':
      return { status: 200, body: recordedJson(arm) };
    case 'POST /_sallyport/reset':
      arm.reset();
      return { status: 204 };
    default:
      return answerOf(armError(404, 'NotFound', 'There is no such command.'));
  }
}
