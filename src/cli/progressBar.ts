import type { StepReport } from '../pipeline/report';

const WIDTH = 24;
const EVERY_MS = 200;
/** Without a terminal a line now and then is kinder to a log than a bar. */
const LOG_EVERY_MS = 15_000;

/** Progress of a stage with the time left, drawn in place on a terminal. */
export class ProgressBar {
  #stage = '';
  #begun = 0;
  #drawn = 0;
  #length = 0;

  constructor(readonly stream: NodeJS.WriteStream) {}

  update(report: StepReport): void {
    const now = Date.now();
    if (report.stage !== this.#stage) {
      if (this.#stage) this.finish();
      this.#stage = report.stage;
      this.#begun = now;
      this.#drawn = 0;
    }
    const isLast = report.step > 0 && report.step === report.totalSteps;
    if (now - this.#drawn < (this.stream.isTTY ? EVERY_MS : LOG_EVERY_MS) && !isLast) return;
    this.#drawn = now;
    this.#write(report.activity ? `${report.stage}: ${report.activity}` : this.#bar(report, now));
  }

  /** Ends the bar's line. */
  finish(): void {
    if (this.stream.isTTY && this.#length > 0) this.stream.write('\n');
    this.#length = 0;
  }

  note(text: string): void {
    this.finish();
    this.stream.write(`${text}\n`);
  }

  #bar({ stage, step, totalSteps }: StepReport, now: number): string {
    const filled = Math.round((WIDTH * step) / totalSteps);
    const seconds = Math.round(((now - this.#begun) / 1000 / step) * (totalSteps - step));
    const left = step < 2 ? '' : `, ${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s left`;
    return `${stage.padEnd(8)} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${step}/${totalSteps}${left}`;
  }

  #write(text: string): void {
    if (!this.stream.isTTY) {
      this.stream.write(`${text}\n`);
      return;
    }
    this.stream.write(`\r${text.padEnd(this.#length)}`);
    this.#length = text.length;
  }
}
