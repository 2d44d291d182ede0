/**
 * `npm start`: builds the page and serves it on the first free port from 4173, then opens it where there is a desktop.
 */
import { build, preview } from 'vite';
import { hasDesktop } from './desktop';

await build({ logLevel: 'warn' });
const server = await preview({ logLevel: 'error', preview: { open: hasDesktop(process.platform, process.env) } });
const address = server.resolvedUrls?.local[0];
console.log(`RLHF in a tab is at ${address}\nPress Ctrl+C to stop.`);
