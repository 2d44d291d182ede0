import type { OptionTexts } from '../../words.svelte';

/** Values of settings that are chosen from a list. */
const options: OptionTexts = {
  'world.size': { standard: 'üblich', large: 'groß' },
  'data.rankingSizes': { same: 'gleich', '4_to_9': '4 bis 9' },
  'rm.pairDivisor': { valid_pairs: 'gültige Paare', k_choose_2: 'K über 2' },
  'rm.normalization': { shift_scale: 'Nullpunkt und Maß', shift: 'nur Nullpunkt' },
  'ppo.schedule': { constant: 'gleichbleibend', linear: 'linear', cosine: 'Kosinus' },
  'ppo.valueInit': { rm_body: 'Rumpf des RM', rm: 'ganzes RM' },
  'ppo.klEstimator': { k1: 'k1', k3: 'k3' },
  'ppo.klControl': { fixed: 'fest', adaptive: 'adaptiv' },
};
export default options;
