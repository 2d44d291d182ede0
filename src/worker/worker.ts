/** Entry of every worker that computes: starts the engine, then hands every command to the session, or to the speed test. */
import type { SideReply } from '../bench/protocol';
import { parameterCount, resolveConfig } from '../config/config';
import { DeviceError, StorageError } from '../config/errors';
import { watchCompiles } from '../kernels/compileFor';
import { startEngine } from '../kernels/device';
import { assetShelf } from './assetShelf';
import type { BenchOrder } from './benchSide';
import type { Command, WorkerEvent } from './protocol';
import { LabelDesk } from './labelDesk';
import { RunLibrary } from './runLibrary';
import { Session } from './session';
import { simdUrl, WASM_PATHS } from './wasmPaths';
import { holdLife } from './workerLife';
import { workerThreads } from './workerThreads';

const tell = (event: WorkerEvent, transfer: Transferable[] = []) => self.postMessage(event, { transfer });

let session: Session | null = null;
let ready: Promise<void> = Promise.resolve();

/** Runs are listed whether or not an engine could start. */
const library = new RunLibrary(tell, () => ready.then(() => session!));

/** What a run tells the page is kept with it, so that a later visit can be told the same. */
function post(event: WorkerEvent, transfer: Transferable[] = []): void {
  library.autosave.observe(event);
  tell(event, transfer);
}

async function init({ settings, engine, baseUrl, saveEveryMs }: Extract<Command, { type: 'init' }>): Promise<void> {
  const onLost = (error: DeviceError) => void session?.noteLoss(error);
  const start = () =>
    startEngine(engine, { wasmPaths: WASM_PATHS, onLost, threads: workerThreads(() => fetchAsset(simdUrl)) });
  // Models live on the engine that is about to go.
  await session?.close();
  session = null;
  await library.autosave.end();
  const info = await start();
  session = new Session(
    assetShelf((path) => fetchAsset(new URL(path, baseUrl).href)),
    post,
    {
      onSnapshot: (snapshot, reason) => library.autosave.save(snapshot, reason === 'stageEnd'),
      snapshotEveryMs: saveEveryMs,
      restartEngine: () => start().then(() => undefined),
    },
  );
  watchCompiles(({ done, total }) =>
    session?.noteActivity(done < total ? `compiling GPU programs, ${done} of ${total}` : null),
  );
  const parameters = parameterCount(resolveConfig(settings));
  post({ type: 'ready', engine: { ...info, parameters, crossOriginIsolated: self.crossOriginIsolated } });
}

/** @throws StorageError when the file cannot be had */
async function fetchAsset(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new StorageError(
      `${url}: the server answered ${response.status}; the file ships with the app, check that the whole folder was copied.`,
    );
  // Hosts that answer every address with their start page do so for missing files too.
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new StorageError(
      `${url}: the server answered with a page; the file ships with the app, check that the whole folder was copied.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}

function report(error: unknown): void {
  const kind = error instanceof DeviceError ? 'device' : error instanceof StorageError ? 'storage' : 'unexpected';
  post({ type: 'failed', kind, message: error instanceof Error ? error.message : String(error), stage: null, step: 0 });
}

/** Labels are kept and files are read whether or not an engine could start. */
const desk = new LabelDesk(
  (requestId, reply) => post({ type: 'desk', requestId, reply }),
  () => ready.then(() => session!),
);

/** A worker that gets orders of the speed test gets nothing else. */
function takePart(order: BenchOrder): void {
  import('./benchSide')
    .then(({ answer }) => answer(order))
    .then(
      (reply) => self.postMessage(reply),
      (error: unknown) => self.postMessage({ type: 'failed', reason: String(error) } satisfies SideReply),
    );
}

holdLife(self.name, (alive) => self.postMessage(alive));

self.onmessage = ({ data: command }: MessageEvent<Command | BenchOrder>) => {
  if ('side' in command) {
    takePart(command);
    return;
  }
  if (command.type === 'init') {
    ready = init(command);
    ready.catch(report);
    return;
  }
  if (command.type === 'desk') {
    desk.handle(command.requestId, command.request).catch(report);
    return;
  }
  if (command.type === 'library') {
    library.handle(command.requestId, command.request).catch(report);
    return;
  }
  if (command.type === 'start') library.autosave.nextName = command.name ?? library.autosave.nextName;
  ready.then(() => session!.handle(command)).catch(report);
};
