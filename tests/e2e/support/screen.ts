import type { Page } from 'playwright-core';

/** How often the page is looked at while it trains. */
const LOOK_MS = 250;

/** Presses one of the entries of the start screen. */
export async function startPlan(page: Page, name: 'Watch PPO now' | 'Do all three steps'): Promise<void> {
  await page.getByRole('button', { name }).click();
}

/**
 * Waits until `isReached` holds. An alert on the page ends the wait with its text, because nothing follows it.
 * @throws Error naming what was awaited when `timeoutMs` has passed
 */
export async function waitUntil(
  page: Page,
  what: string,
  timeoutMs: number,
  isReached: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isReached())) {
    // An alert is in the page before its words are.
    const alerts = (await page.getByRole('alert').allInnerTexts()).filter((text) => text.trim() !== '');
    if (alerts.length > 0) throw new Error(`waiting for ${what}: the page says: ${alerts.join(' | ')}`);
    if (Date.now() > end) throw new Error(`waiting for ${what}: not reached in ${timeoutMs / 1000} s.`);
    await page.waitForTimeout(LOOK_MS);
  }
}

/** Words on the cards of the three steps, `done · loss 0.45 nats` for instance. */
export async function cardStates(page: Page): Promise<string[]> {
  const states = await page.locator('.strip .state').allInnerTexts();
  return states.slice(0, 3).map((state) => state.replace(/\s+/g, ' ').trim());
}

export async function waitUntilDone(page: Page, timeoutMs: number): Promise<void> {
  await waitUntil(page, 'all three steps to be done', timeoutMs, async () => {
    const states = await cardStates(page);
    return states.length === 3 && states.every((state) => state.startsWith('done'));
  });
}

/** The step in the top bar, 0 before the first. */
export async function currentStep(page: Page): Promise<number> {
  const text = await page.locator('.stats').innerText();
  return Number(/(?:step|update)\s+([\d,]+)/.exec(text)?.[1].replace(',', '') ?? 0);
}

/** Numbers as the page prints them, with a true minus sign. */
export function readNumbers(text: string): number[] {
  return [...text.matchAll(/[−-]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?/g)].map(([number]) =>
    Number(number.replace('−', '-').replaceAll(',', '')),
  );
}

/** First and last value of a line, from the sentence that describes its chart. */
export async function readLine(page: Page, metric: string): Promise<{ first: number; last: number; steps: number[] }> {
  const sentence = (await page.locator(`figure[aria-label^="${metric} "]`).getAttribute('aria-label')) ?? '';
  const numbers = readNumbers(sentence);
  if (numbers.length !== 4) throw new Error(`chart ${metric}: got "${sentence}"; expected two values and two steps.`);
  return { first: numbers[0], last: numbers[1], steps: numbers.slice(2) };
}
