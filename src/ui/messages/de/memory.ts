import type { memory } from '../en/memory';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof memory> = {
  needs: 'Braucht etwa {megabytes} MB',
  parts: 'Gewichte {weights}, Optimierer {optimiser}, ein Update {step}, Rest {rest} MB.',
  tight:
    'Das ist mehr als die Hälfte von dem, was dieses Gerät hat. Andere Programme können darunter leiden; mit kleineren Stapeln oder kleinerem Preset wird es weniger.',
  tooLarge: 'Dafür reicht dieses Gerät nicht. Wählen Sie kleinere Stapel oder ein kleineres Preset.',
  halfBatch: 'Mit halbem Stapel weiter',
};
export default messages;
