/**
 * `npm start`: builds the page and serves it on the first free port from 4173, then opens it where there is a desktop.
 * `--host` answers other devices of the network, `--https` gives them a page that may use their graphics card.
 */
import { join } from 'node:path';
import { build, preview } from 'vite';
import { certificate, networkAddresses } from './certificate';
import { hasDesktop } from './desktop';
import { readStartArguments, START_HELP, type StartArguments } from './startArguments';

function readOrExplain(): StartArguments {
  if (process.argv.includes('--help')) {
    console.log(START_HELP);
    process.exit(0);
  }
  try {
    return readStartArguments(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const { isHttps, isShared, port } = readOrExplain();
await build({ logLevel: 'warn' });
const server = await preview({
  logLevel: 'error',
  preview: {
    port,
    host: isShared ? true : undefined,
    https: isHttps ? await certificate(join('out', 'https'), networkAddresses()) : undefined,
    open: hasDesktop(process.platform, process.env),
  },
});
const { local = [], network = [] } = server.resolvedUrls ?? {};
console.log(`RLHF in a tab is at ${local[0]}`);
for (const address of network) console.log(`Other devices of this network open ${address}`);
if (isShared && !isHttps) {
  console.log('Over plain http they train on the processor: browsers keep the graphics card for https. Add --https.');
}
if (isHttps) {
  console.log('Each device warns once that it does not know the certificate; go on from there (Advanced, Proceed).');
}
console.log('Press Ctrl+C to stop.');
