import type { whom } from '../../lessons/whom';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof whom> = {
  title: 'Who are we aligning to?',
  question: 'What becomes of the same model under people with another taste?',
  size: 'Two made-up groups with one simple rule each make the point visible in a minute. Real groups differ in less and in more ways, and no two models here can show culture or politics. What is real is the mechanism: the labels are the target.',
  steps: {
    people: {
      title: 'Forty people',
      text: 'The paper’s labels came from about 40 contractors, mostly English-speaking, hired through two firms and screened for agreement with the researchers. They say so themselves: the model is aligned to *these* people, with *those* instructions, on prompts of *those* customers.',
    },
    classes: {
      title: 'Two classes, two tastes',
      text: 'Bring two classes to the table: drop their label files here, or let the button below make two. Both rank the same 60 prompts. *terse* puts the shortest answer first, *wordy* the longest. Neither cares about anything else.',
    },
    agreement: {
      title: 'How far do they agree?',
      text: 'Look at *agreement* and at the most disputed prompts. These two were made opposite, so they agree in no pair that both decide. Real groups are nearer the paper’s 72.6 %. What would an average over both classes want?',
    },
    guess: {
      title: 'Before you train',
      text: 'From the same SFT policy, each class gets a reward model and then a PPO policy of its own. What will differ between the two?',
      options: {
        same: 'Hardly anything: 60 rankings are too few',
        length: 'Clearly, the length of the answers',
        opposite: 'One tells the truth, the other lies',
      },
      reveal: 'Only what the labels agree on can be learnt from them, and these agree on one thing.',
    },
    train: {
      title: 'Train both',
      text: 'Press *Train both and compare*. Two reward models and two policies take a minute or two; 20 updates are enough if you are in a hurry.',
    },
    rule: {
      title: 'Each likes its own',
      text: 'Read the table: both policies before both reward models, and the true score that nobody trained on. Then read the answers side by side. Which class would you ask to label? What would the other say about that?',
    },
    paper: {
      title: 'The open question',
      text: '“Aligned” needs an object. Labelers, researchers who wrote the guidelines, paying customers, people the text is about: the paper names them all and claims the first three at most. Write down whom *your* system is aligned to, and who was not asked.',
    },
  },
  teacher: {
    goal: 'Alignment is relative to the people who label and the instructions they get; the same method makes opposite models from opposite labels.',
    questions: [
      {
        ask: 'Would pooling both classes be fairer?',
        listen:
          'Their opposite pairs cancel; the majority wins where sizes differ. Disagreement does not become consensus by averaging.',
      },
      {
        ask: 'Who should choose the labelers of a system used by everyone?',
        listen: 'No model answer. Look for: affected people, disclosure, several models, appeal.',
      },
    ],
    expect: ['The two made-up classes agree in none of the pairs that both decide: they were made opposite.'],
    without:
      'Works on the processor. Better than the made-up classes: let two halves of the room rank the same 20 items under different instructions, collect the files, and drop them here.',
  },
};
