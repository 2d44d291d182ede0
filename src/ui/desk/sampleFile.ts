import type { DemonstrationLabel, RankingLabel } from '../../worker/protocol';

const RANKING: RankingLabel = {
  prompt: 'What does the fox eat?',
  answers: ['The fox eats bread.', 'The fox eats.', 'I like foxes.'],
  ended: [true, true, true],
  ranks: [0, 1, null],
  likert: [7, 3, null],
  flags: [[], ['failsTask'], ['failsTask']],
  labeler: 'wren',
  group: 'red',
};
const DEMONSTRATION: DemonstrationLabel = {
  prompt: 'What does the fox eat?',
  completion: 'The fox eats bread.',
  labeler: 'wren',
  source: 'written',
};

/** A label file with one line of each kind, for people who make theirs with other tools. */
export const SAMPLE_FILE = [RANKING, DEMONSTRATION].map((line) => `${JSON.stringify(line)}\n`).join('');
