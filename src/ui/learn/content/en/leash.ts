import type { leash } from '../../lessons/leash';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof leash> = {
  title: 'KL as a leash',
  question: 'What keeps the policy near where it began, and what does that cost?',
  size: 'The best β depends on the scale of the rewards and on the reward model: 0.02 in the paper, 0.1 to 0.2 here. That a leash acts like stopping early is what holds at any size.',
  steps: {
    reward: {
      title: 'Every token pays',
      text: 'The score arrives at the last token. But each token also pays β times the log of how much likelier the policy finds it than SFT did. Summed over an answer, that is the *KL*: the distance from SFT, in nats.',
    },
    draw: {
      title: 'Draw before you pull',
      text: 'PPO will run with the usual β for 20 updates. Then you let the leash go: β 0, for 25 more. Draw the KL over all 45 updates. The first five train the critic only.',
      reveal: 'Without a leash every step away from SFT is free, and the learning rate alone sets the pace.',
    },
    start: {
      title: 'Start, on the leash',
      text: 'Press *Run* above with the settings as they are; if an old run is there, *Restart*. Let it reach update 20. A pause there gives you time to read.',
    },
    loose: {
      title: 'Let go',
      text: 'Set *KL weight β* to 0: the left end of the slider, or type 0. It takes effect at once, and the charts mark the moment. Let the run go on if you paused it.',
    },
    watch: {
      title: 'Twenty-five updates without a leash',
      text: 'Watch *objective/kl*, and above it the two lines of the score. Does more distance buy more score? Does it buy a better true score?',
    },
    guess: {
      title: 'And if you pull hard?',
      text: 'Next you set β to 1, several times the usual. The policy has wandered off. What will the KL do in the next 25 updates?',
      options: {
        stays: 'Stay where it is: what is learnt is learnt',
        back: 'Come back towards 0',
        grows: 'Grow on, only slower',
      },
      reveal: 'KL is part of the reward: at β 1 each nat costs as much as a whole unit of score.',
    },
    tight: {
      title: 'Pull',
      text: 'Set β to *1* while it runs and give it 25 updates. Read some answers too: which habits go first?',
    },
    price: {
      title: 'What a leash costs',
      text: 'Tight: little learnt. Loose: the score rises, and at some distance the true score turns. No β is right for every reward model, which is why the paper swept it. Take β back to its usual value with “reset”.',
    },
  },
  teacher: {
    goal: 'The KL term is paid token by token; β trades score against distance; letting go and pulling back both show within 25 updates.',
    questions: [
      {
        ask: 'Why measure distance from SFT and not from the last update?',
        listen:
          'The reward model was trained on answers of SFT. Far from them its scores mean little. (The clip in PPO limits the step from the last update.)',
      },
      {
        ask: 'Can the KL of a batch be below 0?',
        listen: 'Slightly, as an estimate from few samples. Clearly negative for long means a bug.',
      },
    ],
    expect: [
      'On the usual leash the policy of `nano` is about 1.1 nats an answer away from SFT after 100 updates, mean of three seeds.',
      'Without a leash from the start, at a rate of 4e-4: about 2 nats around update 15, 4 around 25, 9 around 45.',
    ],
    without:
      '50 updates of `nano` take about half a minute on a laptop’s processor. The recorded run shows one β only; let people draw and argue first, then show it.',
  },
};
