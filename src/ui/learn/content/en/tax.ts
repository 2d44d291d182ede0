import type { tax } from '../../lessons/tax';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof tax> = {
  title: 'The alignment tax and PPO-ptx',
  question: 'What does a model unlearn while it learns to please?',
  size: 'The paper measured the tax on public tasks such as SQuAD and DROP. Models of this size show it best in the loss on pages; their task scores move little. Most of the tax here is due to SFT, and mixing pages in repairs that too.',
  steps: {
    guess: {
      title: 'Still good at reading?',
      text: 'The base model reads a page of its world at a loss of about 0.75 nats a token. It then became SFT, then a PPO policy: short polite answers only. How well will it predict ordinary pages now?',
      options: {
        better: 'Better: it has learnt even more',
        same: 'About the same: it never saw other pages',
        worse: 'Much worse',
      },
      reveal: 'More than twice the loss of the base model. Nobody asked it to remember.',
    },
    start: {
      title: 'Start PPO',
      text: 'Press *Run* above with the settings as they are, or *Restart*, and let it reach update 10. The policy is a copy of SFT that has begun to move.',
    },
    draw: {
      title: 'Draw the loss on pages',
      text: 'PPO-ptx adds a second term: in every update the policy also learns to predict some pages, with weight γ. You will switch it on at update 10. Draw *loss/ptx*, the loss on these pages, over the next 25 updates.',
      reveal:
        'It begins where forgetting had left it and comes back within a few updates: the skill was covered, not gone.',
    },
    mix: {
      title: 'Switch it on',
      text: 'Set *ptx weight γ* to 0.5 while it runs, and let it go on if it is paused. The paper’s 27.8 belongs to another scale of losses.',
    },
    watch: {
      title: 'Watch it come back',
      text: 'Follow the line in this card. Then look at the score and the true score: do they still rise? Each update now takes longer, for it reads pages as well.',
    },
    where: {
      title: 'Where the tax came from',
      text: 'The first point of the line is the loss before any page was mixed in. PPO had hardly moved by then: most of the tax was paid in step 1, when SFT replaced pages by answers. On *Evaluate* the figure *alignment tax* measures all policies at once.',
    },
    price: {
      title: 'The price of remembering',
      text: 'Part of every step now pulls towards pages, also towards their rude forum voices. The reward ends a little lower, the page loss much lower. That was the paper’s choice: “InstructGPT” means PPO-ptx. Reset γ to go on.',
    },
  },
  teacher: {
    goal: 'Training on a narrow goal costs other skills; mixing old data into the updates buys most of them back at little cost in reward.',
    questions: [
      {
        ask: 'Could a tighter KL leash do the same?',
        listen:
          'The paper tried: even β 2 did not repair it. The leash holds on to SFT, which has already paid most of the tax.',
      },
      {
        ask: 'What else do you bring back with the old pages?',
        listen: 'Their faults: myths and rude voices are pages too.',
      },
    ],
    expect: [
      'Page loss of `nano`, mean of three seeds: base 0.80, SFT 1.86, PPO 2.16, PPO-ptx 0.88 nats a token; true score 0.50 without and 0.48 with pages.',
    ],
    without:
      'The whole lesson takes about two minutes of computing for `nano` on a processor. On paper: base 0.8, SFT 1.9, PPO 2.2, PPO-ptx 0.9 nats a token; ask which model is which.',
  },
};
