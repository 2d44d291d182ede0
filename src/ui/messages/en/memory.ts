import { area } from '../words.svelte';

/** What a stage needs of memory, beside its settings and after memory ran out. */
export const memory = area('memory', {
  needs: 'Needs about {megabytes} MB',
  parts: 'Weights {weights}, optimiser {optimiser}, one update {step}, rest {rest} MB.',
  tight:
    'That is more than half of what this device has. Other programs may suffer; a smaller batch or preset needs less.',
  tooLarge: 'This device cannot hold it. Choose a smaller batch or a smaller preset.',
  halfBatch: 'Go on with half the batch',
});
