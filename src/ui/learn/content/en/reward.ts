import type { reward } from '../../lessons/reward';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof reward> = {
  title: 'Reward models and their blind spots',
  question: 'What has a model learnt that can predict which answer people prefer?',
  size: 'A reward model of 0.2 to 1 million parameters misses more than a large one, and its blind spots are cruder: length, phrases, prompts it takes for others. That a learnt judge has blind spots, and that nobody lists them for you, does carry over.',
  steps: {
    loss: {
      title: 'One number an answer',
      text: 'The reward model reads prompt and answer and gives a score r. It is trained on pairs only: the preferred answer w should score above the other, l. σ of the difference is the probability it gives to the labeler’s choice.',
    },
    guess: {
      title: 'How good will it be?',
      text: 'It learns from 3,000 rankings. Then we show it pairs by people it never saw. In how many will it put the preferred answer first?',
      options: {
        coin: 'about half, like a coin',
        twoThirds: 'about two thirds',
        nearlyAll: 'nine in ten or more',
      },
      reveal: 'Two labelers agree in about three pairs of four, so much more than that cannot be had.',
    },
    train: {
      title: 'Train it',
      text: 'Press *Do all three steps* on the start page and wait for step 2. First SFT writes the answers to rank, 12,000 of them; that takes longest. Then accuracy leaves 0.50.',
    },
    health: {
      title: 'The health check',
      text: 'Four lines before you let anybody optimise against it. *Accuracy* on held-out pairs, *margin*, the link with *length*, and *overfitting*. They advise; they cannot see what nobody measured.',
    },
    length: {
      title: 'Does it like long answers?',
      text: 'Look at the line *length link*: the correlation of score and length on held-out answers. Most of our labelers like long answers a little more than is good. What did the reward model make of it?',
      options: {
        shorter: 'It scores shorter answers higher',
        none: 'Hardly any link',
        longer: 'It scores longer answers higher',
      },
      reveal:
        'A correlation over all prompts hides much: long answers also hold more mistakes. The taste for length is in there all the same.',
    },
    blind: {
      title: 'Find a mistake',
      text: 'On the PPO screen every answer has two marks: the bar is the reward model’s score, the double line the world’s own grade, which no model ever sees. *Click an answer where the two disagree.* Reroll until you find a bad one.',
    },
    why: {
      title: 'Why this matters next',
      text: 'A wrong score on a rare answer does no harm while nobody looks for it. PPO looks for it: it moves the policy to wherever the score is high. The blind spots of the judge become the habits of the student.',
    },
  },
  teacher: {
    goal: 'A reward model turns comparisons into a score; it agrees with people about as often as they agree with each other; what it gets wrong is where optimisation will go.',
    questions: [
      {
        ask: 'The loss only sees differences. What does a score of 0.3 mean by itself?',
        listen: 'Nothing, until the zero is fixed: here demonstrations average 0.',
      },
      {
        ask: 'Which check would you add to the four?',
        listen: 'Anything about a suspected shortcut: phrases, flattery, refusing. Each has to be thought of first.',
      },
    ],
    expect: [
      'Held-out accuracy of the shipped `nano` reward model: 0.65. A coin gets 0.50; its labelers agree with each other in about 0.73 of the pairs.',
      'Length link of the same model: −0.15.',
    ],
    without:
      'Steps 1 and 2 of `nano` take about two minutes on a laptop’s processor. The recorded run shows the same curves and the same health check.',
  },
};
