import type { controls } from '../en/controls';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof controls> = {
  railSft: 'SFT-Regler',
  railRm: 'Belohnungsmodell',
  railPpo: 'PPO-Regler',
  resetChanges: { one: '1 zurücksetzen', other: '{count} zurücksetzen' },
  closeControls: 'Regler schließen',
  advanced: 'Weitere',
  recipe: 'Rezept',
  recipeProven: 'Bewährtes Rezept',
  recipePaper: 'Wie im Aufsatz',

  fineTuning: 'Feinabstimmung',
  demonstrations: 'Demonstrationen',
  model: 'Modell',
  pretraining: 'Vortraining, wenn bei null begonnen wird',
  run: 'Lauf',
  training: 'Training',
  rankings: 'Rangfolgen',
  updates: 'Updates',
  answers: 'Antworten',
  leash: 'Leine',

  reset: 'zurück',
  resetOne: '{setting} zurücksetzen',
  moreAbout: 'Mehr über {setting}',
  newSeed: 'Neue Startzahl',
  slider: 'Schieber für {setting}',
  paper: 'Aufsatz {value}',
  outside: 'Außerhalb des üblichen Bereichs, {low} bis {high}.',
  inUnit: 'In {unit}.',
  defaultFrom: 'Vorgabe: {source}.',
  atOnce: 'Wirkt sofort, auch während eines Laufs.',
  nextStart: 'Wirkt beim nächsten Start.',
};
export default messages;
