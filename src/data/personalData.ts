/**
 * Personal data in prompts of customers: invented here, so that the filter has something to find.
 * @source arXiv:2203.02155, section 3.2: training prompts with personal data were removed
 */
import type { PromptSpec } from './promptTypes';
import type { Random } from './random';

const STREETS = ['Hill Street', 'Lake Road', 'Farm Street'];

/** The prompt as somebody would type it who says too much about themselves; the numbers ring nowhere. */
export function withPersonalData(prompt: PromptSpec, random: Random): PromptSpec {
  const opening = random.chance(0.5)
    ? `My number is 555 01${10 + random.int(90)}.`
    : `I live at ${1 + random.int(99)} ${random.pick(STREETS)}.`;
  return { ...prompt, text: `${opening} ${prompt.text}` };
}

/** A telephone number, or a house number with a street. */
const PERSONAL = /\b\d{3} \d{4}\b|\b\d+ [A-Z][a-z]+ (?:Street|Road)\b/;

export function hasPersonalData(text: string): boolean {
  return PERSONAL.test(text);
}
