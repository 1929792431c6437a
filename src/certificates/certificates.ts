import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import {
  bits,
  boolean,
  integer,
  objectId,
  octets,
  sequence,
  setOf,
  tagged,
  utcTime,
  utf8,
} from './der.ts';

/** PEM texts: an authority nobody else trusts, and what the server shows. The authority's key is never written anywhere. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly notAfter: string;
}

const DAY = 86_400_000;
const LIFE_DAYS = 365;

/**
 * A throw-away authority and a certificate for this machine signed by it. The clients refuse plain HTTP, and none of them takes a
 * certificate that no authority signed (arm-endpoint 1.4). The authority's key is forgotten when this returns: nobody can
 * sign anything else with it, so trusting it is harmless.
 */
export function makeCertificates(now: Date): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const server = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const notBefore = new Date(now.getTime() - DAY);
  const notAfter = new Date(now.getTime() + LIFE_DAYS * DAY);
  const name = nameOf(`Sallyport rehearsal ${randomBytes(4).toString('hex')}`);
  const common = { issuer: name, notBefore, notAfter, signer: authority.privateKey };
  const authorityKeyId = keyId(authority.publicKey);
  const ca = certificate({
    ...common,
    subject: name,
    publicKey: authority.publicKey,
    extensions: [
      extension(BASIC_CONSTRAINTS, true, sequence(boolean(true), integer(Uint8Array.of(0)))),
      // keyCertSign and cRLSign: bits 5 and 6.
      extension(KEY_USAGE, true, bits(Uint8Array.of(0b0000_0110), 1)),
      extension(SUBJECT_KEY_ID, false, octets(authorityKeyId)),
    ],
  });
  const leaf = certificate({
    ...common,
    subject: nameOf('localhost'),
    publicKey: server.publicKey,
    extensions: [
      extension(BASIC_CONSTRAINTS, true, sequence()),
      // digitalSignature: bit 0.
      extension(KEY_USAGE, true, bits(Uint8Array.of(0b1000_0000), 7)),
      extension(EXTENDED_KEY_USAGE, false, sequence(objectId(SERVER_AUTHENTICATION))),
      extension(SUBJECT_ALTERNATIVE_NAME, false, sequence(...ALTERNATIVE_NAMES)),
      extension(SUBJECT_KEY_ID, false, octets(keyId(server.publicKey))),
      extension(AUTHORITY_KEY_ID, false, sequence(tagged(0, authorityKeyId, true))),
    ],
  });
  return {
    ca: pem(ca),
    certificate: pem(leaf),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    notAfter: notAfter.toISOString(),
  };
}

export const BASIC_CONSTRAINTS = '2.5.29.19';
export const KEY_USAGE = '2.5.29.15';
export const EXTENDED_KEY_USAGE = '2.5.29.37';
export const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
export const SUBJECT_KEY_ID = '2.5.29.14';
export const AUTHORITY_KEY_ID = '2.5.29.35';
export const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

const ALTERNATIVE_NAMES = [
  tagged(2, Buffer.from('localhost', 'ascii'), true),
  tagged(7, Uint8Array.of(127, 0, 0, 1), true),
  tagged(7, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), true),
];

interface CertificateParts {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

/** RFC 5280 4.1. */
export function certificate(parts: CertificateParts): Uint8Array {
  const { issuer, subject, notBefore, notAfter, publicKey, signer, extensions } = parts;
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const toBeSigned = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(Buffer.concat([Uint8Array.of(1), randomBytes(15)])),
    algorithm,
    issuer,
    sequence(utcTime(notBefore), utcTime(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  return sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, signer)));
}

export function extension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

export function nameOf(commonName: string): Uint8Array {
  return sequence(setOf(sequence(objectId(COMMON_NAME), utf8(commonName))));
}

/** RFC 5280 4.2.1.2, method 1: of the key's bits alone. */
export function keyId(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({
    format: 'jwk',
  });
  const point = Buffer.concat([
    Uint8Array.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ]);
  return createHash('sha1').update(point).digest();
}

export function pem(content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
