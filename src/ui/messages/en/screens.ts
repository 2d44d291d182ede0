import { area } from '../words.svelte';

/** The frame of the three step screens, and the about screen. */
export const screens = area('screens', {
  headingSft: 'Step 1, demonstrations to SFT',
  headingRm: 'Step 2, rankings to reward model',
  headingPpo: 'Step 3, prompts to PPO',
  preparingStep: 'preparing this step',
  timeLeft: 'about {time} left in this step',
  pretrainingFirst: 'Pretraining the base model on generated pages first.',
  sftProgress:
    'The model copies demonstrations: loss on answer tokens went from {first} to {last}. Prompt tokens are read only.',
  sftShipped: 'This run began with the SFT model that ships with the page, so there are no curves of its training.',
  rmShipped: 'This run began with the reward model that ships with the page, so there are no curves of its training.',
  sftExplained:
    'Supervised fine-tuning: the base model reads a prompt and learns to write the demonstrated answer. Prompt tokens carry no loss.',
  allSteps: 'Do all three steps',

  aboutTitle: 'What this is, and is not',
  aboutPaper:
    'The system of [“Training language models to follow instructions with human feedback”](https://arxiv.org/abs/2203.02155) (InstructGPT), small and whole: supervised fine-tuning on demonstrations, a reward model from rankings, and PPO with a KL penalty to the SFT model. Every model is a GPT-2 and is trained in this tab, not played back, unless the page says “recorded run”.',
  aboutSize: 'Size',
  aboutPresetSize: 'The {preset} preset has {size} parameters.',
  aboutSizeText:
    'The paper’s models have 1.3, 6 and 175 billion. What carries over is how the method behaves: loss curves, the pull of the leash, a policy that learns to please its reward model. What a large model knows, or how people would judge it, does not carry over.',
  aboutWorld: 'The world it learns',
  aboutWorldText:
    'A made-up world of animals, people, foods, places and objects in simple English, with a few hundred facts. Because the world is known, a program can grade every answer: that grade is the *true score*, from −1 to 1. Training never sees it. Demonstrations and rankings come from programs too, unless you write or rank some yourself.',
  aboutPrivacy: 'Privacy',
  aboutPrivacyText:
    'Everything runs on this device. No text, number or click is sent anywhere, and nothing is fetched from other sites. What you write or rank stays in this browser until you export or delete it.',
  aboutSigns: 'Reading the signs',
  aboutSignsText:
    'A policy has one colour and mark everywhere: grey circle for the base model, blue square for SFT, orange triangle for PPO, green diamond for PPO-ptx. Solid ink is the reward model’s score, the thin double line is the true score. When the solid line rises and the double line falls, the policy has found a flaw in its reward model.',
  aboutNetwork: 'In a classroom network',
  aboutNetworkText:
    'Browsers give graphics card and offline copy to pages from https and from this machine only. On a plain http address of another machine the page still trains, on the processor. Whoever serves it can start it with `npm start -- --https --host`: then every device on the network opens the https address that is printed, accepts its certificate once, and may use its graphics card. An offline copy needs a certificate the device trusts, as hosts on the internet have.',
  backToStart: 'Back to the start',
});
