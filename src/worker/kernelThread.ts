/** A thread of the wasm engine in the browser: computes its share of every kernel until the training worker ends. */
import { threadLoop, type ThreadStart } from '../kernels/wasm/threadLoop';

self.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  self.postMessage('ready');
  threadLoop(data);
};
