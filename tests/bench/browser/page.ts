/** Opens a worker for one side of the bench, `?side=ours&engine=webgpu`, and hands on what is asked through `window.askSide`. */
import type { SideCommand, SideReply } from '../../../src/bench/protocol';

declare global {
  interface Window {
    askSide: (command: SideCommand) => Promise<SideReply>;
  }
}

const worker = new Worker(new URL('./sideWorker.ts', import.meta.url), { type: 'module', name: location.search });
window.askSide = (command) =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<SideReply>) => resolve(data);
    worker.onerror = (event) => resolve({ type: 'failed', reason: event.message || 'the worker did not load' });
    worker.postMessage(command);
  });
