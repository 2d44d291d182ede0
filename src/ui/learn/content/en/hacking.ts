import type { hacking } from '../../lessons/hacking';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof hacking> = {
  title: 'Reward hacking',
  question: 'What happens when nothing holds the policy back?',
  size: 'Here it takes under a hundred updates, because the reward model is tiny. Larger ones last longer, and then bend the same way: the curve of Gao et al. was measured on models up to 3 billion parameters. We can plot a true score only because a program graded this world.',
  steps: {
    draw: {
      title: 'Draw the true score',
      text: 'PPO will run with β 0 and larger steps. The reward model’s score will rise; that is what PPO does. But draw the *true score*, the world’s own grade that no model sees, over 60 updates. It starts near 0.4.',
      reveal: 'It may rise a little at first: the reward model is right about much. Then the easy gains are used up.',
    },
    free: {
      title: 'Take the leash off',
      text: 'Set *KL weight β* to 0 and *learning rate* to 4e-4, then *Apply and restart*. Both are meant to be too much.',
    },
    watch: {
      title: 'Watch the two lines part',
      text: 'In *objective/scores* the solid line is the reward model, the double line the true score. Wait for update 60. Where do they part? What is the KL there?',
    },
    answers: {
      title: 'Read what it writes',
      text: 'Numbers do not say how it cheats; the answers do. *Click an answer of PPO* and paint it by advantage. Look for closing phrases, for the same safe sentence everywhere, for answers to other questions.',
    },
    diagnosis: {
      title: 'What the page noticed',
      text: 'The line above the charts saw only score, KL, entropy, length and the true score. In real work there is no true score. Which of these signs would you still have, and would you have stopped in time?',
    },
    law: {
      title: 'The curve',
      text: 'Choose *x: KL from SFT* above the charts. Now you see what Gao and others measured: true reward rises with distance d, bends, and falls; the proxy goes on. a and b depend on how good the reward model is.',
    },
    repair: {
      title: 'Put it back',
      text: 'Take both changes back with “reset”. The leash does not make the reward model right. It stops you where the reward model is still worth something: early stopping with another name.',
    },
  },
  teacher: {
    goal: 'Optimising a learnt reward first helps, then hurts; the leash stops early; the proxy alone cannot tell you where you are.',
    questions: [
      {
        ask: 'Is the policy lying?',
        listen: 'No. It does exactly what is rewarded; the reward is not what we meant. Goodhart’s law.',
      },
      {
        ask: 'How would you notice without a true score?',
        listen:
          'Fresh labels by people, held-out labelers, a second reward model, reading answers. All cost something.',
      },
    ],
    expect: [
      '`nano`, seed 1, means of updates 1–10, 11–20, 21–30, 31–40, 41–49: reward model 0.09, 0.41, 0.48, 0.53, 0.63; true score 0.39, 0.35, 0.26, 0.14, −0.01; KL 0.2, 1.8, 3.8, 5.5, 8.9 nats.',
    ],
    without:
      '60 updates of `nano` take about 40 seconds on a laptop’s processor. Without an engine use the table in RESEARCH.md, “Over-optimisation at β 0”, and let people plot it.',
  },
};
