/**
 * A certificate for serving the page to a classroom: browsers give WebGPU to https pages only, and no authority signs
 * certificates for addresses of a local network. Each device is asked once whether it trusts this one.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

const DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** IPv4 addresses under which other devices of the network reach this machine. */
export function networkAddresses(interfaces = networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === 'IPv4' && !entry.internal)
    .map((entry) => entry.address);
}

/**
 * The certificate kept in `folder`, so that devices that trust it need not be asked again; a fresh one when there is
 * none, when it ends within a day, or when it lacks one of the addresses.
 */
export async function certificate(
  folder: string,
  addresses: readonly string[],
  now = new Date(),
): Promise<Certificate> {
  const keyPath = join(folder, 'key.pem');
  const certPath = join(folder, 'cert.pem');
  if (existsSync(keyPath) && existsSync(certPath)) {
    const kept = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
    if (isUsable(kept.cert, addresses, now)) return kept;
  }
  const made = await generate([{ name: 'commonName', value: 'RLHF in a tab' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: now,
    notAfterDate: new Date(now.getTime() + DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(keyPath, made.private, { mode: 0o600 });
  writeFileSync(certPath, made.cert);
  return { key: made.private, cert: made.cert };
}

function isUsable(cert: string, addresses: readonly string[], now: Date): boolean {
  const parsed = new X509Certificate(cert);
  const isInTime = now.getTime() + DAY_MS < Date.parse(parsed.validTo);
  return isInTime && addresses.every((address) => parsed.checkIP(address) !== undefined);
}
