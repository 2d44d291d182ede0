import type { gae } from '../../lessons/gae';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof gae> = {
  title: 'Advantages by hand',
  question: 'How does one score at the end become praise or blame for each token?',
  size: 'The arithmetic is exactly that of large systems: the same two lines, on a device tensor of 64 answers. Only the critic is small, so its expectations are rough and its surprises large.',
  steps: {
    open: {
      title: 'Stop inside an update',
      text: 'Let PPO make nine updates, so that the critic has learnt to expect something. Then open *slow motion* and press *Next phase* until you stand at 5, GAE. All numbers there are read from the device.',
    },
    surprise: {
      title: 'Surprise',
      text: 'V is what the critic still expects when a token is about to come. δ compares: the reward that came, plus what it expects next, less what it expected. Start at the end, where V of the next token is 0. Work out two.',
      options: { last: 'δ of the last token', before: 'δ of the one before' },
    },
    advantages: {
      title: 'Pass it back',
      text: 'The last token’s advantage is its own surprise. Each earlier one adds λ times the advantage after it, for it helped to get there. Three decimals are enough.',
      options: { last: 'A of the last token', before: 'A of the one before', third: 'A of the one before that' },
    },
    check: {
      title: 'Compare with the device',
      text: 'The table now shows what the kernel computed for the same tokens. In slow motion, choose the answer named above, press *Walk from the end*, and watch the same sum happen token by token.',
    },
    lambda: {
      title: 'Turn λ in your head',
      text: 'λ is 0.95. With λ = 1 an advantage is all the reward still to come, less V. What is it with λ = 0?',
      options: {
        surprise: 'The token’s own surprise δ, nothing else',
        whole: 'The same, all the reward still to come',
        zero: 'Zero for every token but the last',
      },
      reveal: 'Small λ trusts the critic and is steady but biased; large λ trusts the outcome and is fair but noisy.',
    },
    use: {
      title: 'What it is used for',
      text: 'Before the update all advantages of the batch are *whitened*: mean 0, spread 1. Tokens above 0 become likelier, those below less likely. Returns, A + V, are what the critic learns to predict; they are taken before whitening.',
    },
  },
  teacher: {
    goal: 'Anyone can compute δ and A from a row of r and V, and say what λ trades.',
    questions: [
      {
        ask: 'Early tokens get credit for a score they never saw. Why is that fair?',
        listen: 'They made the rest possible. The critic’s change of mind shows how much.',
      },
      {
        ask: 'What would happen with V = 0 everywhere?',
        listen: 'Every token gets the discounted score: right on average, but very noisy.',
      },
    ],
    expect: [
      'Answers are accepted within 0.004 of the device, because the table shows three decimals.',
      'At β 0.2 the rewards before the last token are small, a few hundredths; the score at the end is the large one.',
    ],
    without:
      'Slow motion needs a run on the device, but the processor is enough. Otherwise write this on the board: r = (0, −0.02, 0.90), V = (0.60, 0.70, 0.80), λ 0.95: δ = (0.10, 0.08, 0.10), A = (0.266, 0.175, 0.100).',
  },
};
