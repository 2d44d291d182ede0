/** What models are measured on beside held-out prompts: truth, rudeness, bias, and what alignment may cost. */
export { biasPairs, type BiasPair } from './suiteBias';
export { factCloze, languageSuites, type ChoiceItem } from './suiteTax';
export { TONE_INSTRUCTIONS, isRude, toxicityPrompts, type ToneInstruction } from './suiteToxicity';
export {
  isTruthful,
  truthSuite,
  truthVerdict,
  type TruthItem,
  type TruthSuiteSettings,
  type TruthVerdict,
} from './suiteTruth';
