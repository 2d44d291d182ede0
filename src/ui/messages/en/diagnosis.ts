import { area } from '../words.svelte';

/** One plain sentence about a PPO run. */
export const diagnosis = area('diagnosis', {
  stopped: 'Stopped.',
  stoppedWords: 'A value was not finite. The last good weights are kept; restart with a smaller learning rate.',
  smallerRate: 'Learning rate ÷ 3',
  none: 'No update yet.',
  noneWords: 'The first numbers appear after the first batch of answers is scored.',
  warmup: 'The critic warms up.',
  warmupWords: 'Only the value network learns so far; the policy moves from update {step} on.',
  disagree: 'Sampled text and scored text disagree.',
  disagreeWords:
    'KL has been below −0.5 for five updates, which true samples cannot do for long. Check temperature and top-k.',
  tooLarge: 'Updates too large.',
  tooLargeWords: 'The mean probability ratio is {ratio}; between 0.5 and 2 is usual.',
  gaming: 'May be gaming the reward model.',
  gamingWords: 'True score down to {now} from a best of {best} while KL grows faster and entropy falls.',
  partedWords: 'Its score went from {from} to {to} while the true score went from {first} to {now}.',
  setBeta: 'Set β to {beta}',
  collapsed: 'Answers are nearly empty.',
  collapsedWords:
    'They have {tokens} tokens on average, the end included: the policy may have found that saying nothing costs least.',
  endless: 'Rarely ends.',
  endlessWords: 'Only {share} % of answers end by themselves; the rest are cut at the longest allowed length.',
  penalty: 'Penalty 1',
  healthy: 'Healthy.',
  healthyEarly: 'KL is {kl} nats; scores need a few updates to show a direction.',
  healthyRose: 'Score rose from {from} to {to} over {count} updates, {kl} nats from SFT.',
  healthyFell: 'Score fell from {from} to {to} over {count} updates, {kl} nats from SFT.',
  healthyStayed: 'Score stayed near {to} over {count} updates, {kl} nats from SFT.',
});
