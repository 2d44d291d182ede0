/** Runs inside the page, before its own scripts: notes when what happens between page and training worker. */

/** Moments by name, in milliseconds since the page was asked for; absent until they have come. */
export type Moments = Partial<Record<MomentName, number>>;

export const MOMENTS = [
  'worker asked for',
  'engine ready',
  'pressed',
  'world and data there',
  'models loaded',
  'stage begun',
  'programs compiled',
  'first answers',
  'first metrics',
  'first chart',
  'first step finished',
] as const;
export type MomentName = (typeof MOMENTS)[number];

declare global {
  interface Window {
    startMoments: Moments;
  }
}

/** The little of the worker's messages that is looked at. */
interface Message {
  type?: string;
  status?: { state: string; step: number; activity: string | null };
}

/** Self-contained: it is handed to the browser as text. */
export function watchPage(): void {
  const moments: Moments = (window.startMoments = {});
  const note = (name: MomentName) => (moments[name] ??= performance.now());
  const newest = (name: MomentName) => (moments[name] = performance.now());

  const hear = ({ type, status }: Message) => {
    if (type === 'ready') note('engine ready');
    if (moments.pressed === undefined) return;
    if (type === 'status' && status?.state === 'loading') note('world and data there');
    if (type === 'runBegun') note('models loaded');
    if (type === 'status' && status?.state === 'running') {
      note('stage begun');
      if (status.activity?.startsWith('compiling') && moments['first metrics'] === undefined)
        newest('programs compiled');
    }
    if (type === 'status' && status && status.step > 0) note('first step finished');
    if (type === 'completions') note('first answers');
    if (type === 'metrics') note('first metrics');
  };
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      note('worker asked for');
      this.addEventListener('message', ({ data }: MessageEvent<Message>) => hear(data));
    }

    override postMessage(message: Message, transfer?: Transferable[] | StructuredSerializeOptions): void {
      if (message.type === 'start') note('pressed');
      super.postMessage(message, transfer as Transferable[]);
    }
  };
  // A chart that has its first point strokes its lines; what it stroked is seen in the frame that follows.
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (this: CanvasRenderingContext2D, ...path: [Path2D] | []) {
    if (moments['first metrics'] !== undefined && moments['first chart'] === undefined)
      requestAnimationFrame(() => note('first chart'));
    stroke.apply(this, path as [Path2D]);
  };
}
