import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from './certificates.ts';

describe('throw-away certificates', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const made = makeCertificates(now);
  const ca = new X509Certificate(made.ca);
  const leaf = new X509Certificate(made.certificate);

  it('the server certificate is signed by the authority, and the authority by itself', () => {
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(ca.ca).toBe(true);
    expect(leaf.ca).toBe(false);
  });

  it('it is for this machine by name and by both loopback addresses, and for nothing else', () => {
    expect(leaf.checkHost('localhost')).toBe('localhost');
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkIP('::1')).toBe('::1');
    expect(leaf.checkHost('management.azure.com')).toBeUndefined();
  });

  it('it belongs to the key, and lasts a year', () => {
    expect(leaf.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(new Date(leaf.validFrom).toISOString()).toBe('2026-11-20T12:00:00.000Z');
    expect(new Date(leaf.validTo).toISOString()).toBe('2027-11-21T12:00:00.000Z');
  });

  it('two are never alike', () => {
    const other = makeCertificates(now);
    expect(new X509Certificate(other.ca).verify(ca.publicKey)).toBe(false);
    expect(new X509Certificate(other.certificate).serialNumber).not.toBe(leaf.serialNumber);
  });

  it('a client that trusts the authority speaks TLS with the server; one that does not, refuses', async () => {
    const fresh = makeCertificates(new Date());
    const server = createServer({ key: fresh.key, cert: fresh.certificate }, (_, answer) =>
      answer.end('yes'),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const ask = (trusted?: string) =>
      new Promise<string>((resolve) => {
        const asked = request(
          { host: 'localhost', port, ...(trusted === undefined ? {} : { ca: trusted }) },
          (answer) => {
            answer.resume();
            resolve(String(answer.statusCode));
          },
        );
        asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
        asked.end();
      });
    expect(await ask(fresh.ca)).toBe('200');
    expect(await ask()).toMatch(/UNABLE_TO|SELF_SIGNED/);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
});
