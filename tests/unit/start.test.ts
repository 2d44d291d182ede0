import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificate, networkAddresses } from '../../tools/certificate';
import { readStartArguments } from '../../tools/startArguments';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'certificate-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('the certificate is good for this machine and the addresses of its network, and for no other', async () => {
  const { cert } = await certificate(folder, ['192.168.1.20']);
  const parsed = new X509Certificate(cert);
  expect(parsed.checkHost('localhost')).toBe('localhost');
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(parsed.checkIP('192.168.1.20')).toBe('192.168.1.20');
  expect(parsed.checkIP('192.168.1.21')).toBeUndefined();
});

it('a certificate is kept while it fits, so that devices are asked once', async () => {
  const first = await certificate(folder, ['192.168.1.20']);
  expect(await certificate(folder, ['192.168.1.20'])).toEqual(first);
  expect((await certificate(folder, ['192.168.1.20', '10.0.0.5'])).cert).not.toBe(first.cert);
  const later = new Date(Date.now() + 100 * 24 * 60 * 60 * 1000);
  const renewed = await certificate(folder, ['192.168.1.20'], later);
  expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(later.getTime());
});

it('addresses of this machine alone are no addresses for others', () => {
  const rest = { netmask: '', mac: '', cidr: null };
  const found = networkAddresses({
    lo: [{ ...rest, family: 'IPv4', address: '127.0.0.1', internal: true }],
    eth0: [
      { ...rest, family: 'IPv4', address: '192.168.1.20', internal: false },
      { ...rest, family: 'IPv6', address: 'fe80::1', internal: false, scopeid: 0 },
    ],
  });
  expect(found).toEqual(['192.168.1.20']);
});

it('arguments are read, and what is not understood is named', () => {
  expect(readStartArguments(['--https', '--host', '--port', '8080'])).toEqual({
    isHttps: true,
    isShared: true,
    port: 8080,
  });
  expect(() => readStartArguments(['--htps'])).toThrow('got "--htps"');
  expect(() => readStartArguments(['--port', 'x'])).toThrow('--port got "x"');
});
