import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('index.html', 'utf8');
const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1] ?? '';
const directives = new Map(
  policy.split(';').map((directive) => {
    const [name, ...sources] = directive.trim().split(/\s+/);
    return [name, sources];
  }),
);

it('the page may load from its own folder only, and runs no code but its own files', () => {
  expect(Object.fromEntries(directives)).toEqual({
    'default-src': ["'self'"],
    // WebAssembly is compiled from bytes; code from text is not allowed.
    'script-src': ["'self'", "'wasm-unsafe-eval'"],
    'style-src': ["'self'"],
    'worker-src': ["'self'", 'blob:'],
    // Figures become pictures by way of a data address.
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
  });
});

it('the policy comes before anything that it rules, and nothing in the page is inline', () => {
  const before = page.slice(0, page.indexOf('Content-Security-Policy'));
  expect(before).not.toMatch(/<(script|link|style)/);
  expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(3);
  expect(addresses.filter((address) => !address.startsWith('./'))).toEqual([]);
});
