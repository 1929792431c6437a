import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  AUTHORITY_KEY_ID,
  BASIC_CONSTRAINTS,
  bits,
  boolean,
  certificate,
  EXTENDED_KEY_USAGE,
  extension,
  integer,
  KEY_USAGE,
  keyId,
  nameOf,
  objectId,
  octets,
  pem,
  SERVER_AUTHENTICATION,
  SUBJECT_ALTERNATIVE_NAME,
  SUBJECT_KEY_ID,
  sequence,
  tagged,
} from '../../certificates/index.ts';

/** PEM texts. The authority's key stays in the lab's private folder: HAProxy signs a certificate for each name it is asked for. */
export interface LabAuthority {
  readonly certificate: string;
  readonly key: string;
  /** For names, wildcards and IPv4 addresses. */
  readonly issue: (names: readonly string[]) => ServerCertificate;
}

export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

const DAY = 86_400_000;
const LIFE_DAYS = 30;
const NAMES_MOST = 1000;

/** Trusted inside of the lab alone, and forgotten with it. */
export function makeAuthority(now: Date): LabAuthority {
  const authority = pair();
  const issuer = nameOf(`Sallyport lab ${randomBytes(4).toString('hex')}`);
  const common = {
    issuer,
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + LIFE_DAYS * DAY),
    signer: authority.privateKey,
  };
  const own = certificate({
    ...common,
    subject: issuer,
    publicKey: authority.publicKey,
    extensions: [
      extension(BASIC_CONSTRAINTS, true, sequence(boolean(true), integer(Uint8Array.of(0)))),
      // keyCertSign and cRLSign: bits 5 and 6.
      extension(KEY_USAGE, true, bits(Uint8Array.of(0b0000_0110), 1)),
      extension(SUBJECT_KEY_ID, false, octets(keyId(authority.publicKey))),
    ],
  });
  return {
    certificate: pem(own),
    key: keyText(authority.privateKey),
    issue: (names) => {
      const leaf = pair();
      const alternatives = [...new Set(['localhost', '127.0.0.1', ...names])]
        .slice(0, NAMES_MOST)
        .map((name) => (isIPv4(name) ? alternativeAddress(name) : alternativeName(name)));
      const shown = certificate({
        ...common,
        subject: nameOf('a server of the lab'),
        publicKey: leaf.publicKey,
        extensions: [
          extension(BASIC_CONSTRAINTS, true, sequence()),
          // digitalSignature: bit 0.
          extension(KEY_USAGE, true, bits(Uint8Array.of(0b1000_0000), 7)),
          extension(EXTENDED_KEY_USAGE, false, sequence(objectId(SERVER_AUTHENTICATION))),
          extension(SUBJECT_ALTERNATIVE_NAME, false, sequence(...alternatives)),
          extension(SUBJECT_KEY_ID, false, octets(keyId(leaf.publicKey))),
          extension(AUTHORITY_KEY_ID, false, sequence(tagged(0, keyId(authority.publicKey), true))),
        ],
      });
      return { certificate: pem(shown), key: keyText(leaf.privateKey) };
    },
  };
}

function pair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function alternativeName(name: string): Uint8Array {
  return tagged(2, Buffer.from(name, 'ascii'), true);
}

function alternativeAddress(address: string): Uint8Array {
  return tagged(7, Uint8Array.from(address.split('.').map(Number)), true);
}
