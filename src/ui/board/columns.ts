import type { Completion, PolicyName } from '../../worker/protocol';
import type { AppState } from '../state/app.svelte';
import { firstDifference, type AnswerParts } from '../state/answerDiff';
import { snapshotOnShow } from '../state/moment';
import type { ShownSnapshot } from '../state/run.svelte';

export type BoardScreen = 'sft' | 'rm' | 'ppo';

/** One column of the board: a policy, as it answers now or as it answered at a pinned moment. */
export interface Column {
  policy: PolicyName;
  snapshot: ShownSnapshot | null;
  isPinned: boolean;
  /** The answers that this column's are compared with, word by word. */
  against: ShownSnapshot | null;
}

/**
 * The policies a screen compares. A pinned moment takes the place of the base model, whose answers say little by then.
 * SFT and PPO are compared with each other; a base model parts from SFT at its first word, which says nothing.
 */
export function boardColumns(app: Pick<AppState, 'run' | 'moment'>, screen: BoardScreen): Column[] {
  const column = (policy: PolicyName): Column => {
    const snapshot = snapshotOnShow(app, screen, policy);
    return { policy, snapshot, isPinned: false, against: null };
  };
  const base = column('base');
  const sft = column('sft');
  const pin = screen === 'rm' ? undefined : app.run.pins[screen]?.at(-1);
  const learner = screen === 'ppo' ? column('ppo') : sft;
  const pinnedSnapshot = pin === undefined ? null : app.run.snapshot(screen === 'ppo' ? 'ppo' : 'sft', pin);
  const pinned: Column | null =
    pinnedSnapshot === null || pinnedSnapshot.step === learner.snapshot?.step
      ? null
      : { policy: learner.policy, snapshot: pinnedSnapshot, isPinned: true, against: learner.snapshot };
  if (screen !== 'ppo') return pinned === null ? [base, sft] : [base, pinned, { ...sft, against: pinnedSnapshot }];
  if (pinned === null) return [base, { ...sft, against: learner.snapshot }, { ...learner, against: sft.snapshot }];
  return [sft, pinned, { ...learner, against: pinnedSnapshot }];
}

export function answerOf(column: Column, prompt: string): Completion | undefined {
  return column.snapshot?.items.find((item) => item.prompt === prompt);
}

/** An answer around the first word in which it differs from the one it is compared with. */
export function answerParts(column: Column, item: Completion): AnswerParts {
  return firstDifference(item.text, column.against?.items.find(({ prompt }) => prompt === item.prompt)?.text);
}

/** Every prompt of the columns, in the order they were asked. */
export function promptsOf(columns: readonly Column[]): string[] {
  const newest = columns.filter((column) => !column.isPinned);
  return [...new Set(newest.flatMap(({ snapshot }) => snapshot?.items.map((item) => item.prompt) ?? []))];
}

/** The board as a table in Markdown. */
export function boardTable(columns: readonly Column[], titles: readonly string[], promptTitle: string): string {
  const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ⏎ ');
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(' | ')} |`;
  return [
    line([promptTitle, ...titles]),
    line(['---', ...titles.map(() => '---')]),
    ...promptsOf(columns).map((prompt) =>
      line([prompt, ...columns.map((column) => answerOf(column, prompt)?.text ?? '–')]),
    ),
  ].join('\n');
}
