/** One step of the run: what is told, shown and kept of it. */
import { engineBytes } from '../kernels/device';
import type { PhaseFrame } from '../pipeline/ppoPhases';
import type { StepReport } from '../pipeline/report';
import type { LiveRun } from './liveRun';
import { phaseEvent } from './slowMotion';

/** Goes on by one step, to the next stop inside an iteration of PPO, or over the end of a stage. */
export async function advance(live: LiveRun): Promise<void> {
  const { book, board, watch } = live;
  watch.go();
  live.frame = undefined;
  board.rememberBefore(live.run!, book.stage, book.step + 1);
  const { value, done } = await live.loop!.next();
  if (done) return endStage(live);
  if (value.frame) {
    standAt(live, value, value.frame);
    return live.payAnswers();
  }
  live.teller.activity = value.activity ?? null;
  if (value.step > 0) countStep(live, value);
  // Charts first: answers take as long as a step.
  live.teller.tell(value.stage, value.rows);
  live.teller.enter('running', live.teller.activity);
  if (value.step > 0) await board.refresh(live.run!, value);
  await live.payAnswers();
  live.keeper.noteChange(watch.step());
  const reason = live.keeper.due;
  if (reason) await live.takeDown(reason);
}

function countStep(live: LiveRun, report: StepReport): void {
  live.book.report = report;
  live.losses.noteStep();
  // A pause may have come in while the step was on its way. Slow motion counts its stops instead.
  const countsStops = report.stage === 'ppo' && live.phases.isOn;
  if (live.stepsLeft > 0 && !countsStops) live.stepsLeft--;
  live.watch.lap(report.tokens, report.rows.length > 0);
  report.rows.push({ step: report.step, metrics: live.watch.metrics(engineBytes()) });
}

async function endStage(live: LiveRun): Promise<void> {
  const { book, board, teller } = live;
  const { stage, summary } = book;
  teller.flush();
  book.finish();
  live.post({ type: 'stageDone', stage: stage!, summary });
  if (stage === 'rm') await live.reportReward();
  // The policy whose updates it compares has made way for its average.
  if (live.run!.ppo?.average) board.showcase.forget();
  await live.completeAll();
  live.keeper.noteChange(live.watch.step());
  await live.takeDown('stageEnd');
  return live.nextStage();
}

/** PPO has stopped inside an iteration; the page gets what lies on the device. */
function standAt(live: LiveRun, report: StepReport, frame: PhaseFrame): void {
  live.book.report ??= report;
  live.frame = frame;
  if (live.stepsLeft > 0) live.stepsLeft--;
  const { event, transfer } = phaseEvent(frame, live.run!.curriculum);
  live.post(event, transfer);
  live.watch.stop();
  live.teller.enter('running');
}
