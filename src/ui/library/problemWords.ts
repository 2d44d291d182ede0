import type { SavingProblem } from '../../worker/protocol';
import { library as words } from '../messages/en/library';

/** What is wrong with saving, and what can be done, in the language on screen. */
export const PROBLEM_WORDS: Record<SavingProblem['kind'], { title: () => string; help: () => string }> = {
  noDatabase: { title: words.failNoDatabase, help: words.failNoDatabaseHelp },
  newer: { title: words.failNewer, help: words.failNewerHelp },
  quota: { title: words.failQuota, help: words.failQuotaHelp },
  failed: { title: words.failOther, help: words.failOtherHelp },
};
