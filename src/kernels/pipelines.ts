/**
 * Compute pipelines by what they are compiled from, and what went wrong with them. WGSL that does not compile is silent by
 * itself: the operation returns what was in its buffer. So every compilation has a verdict, which arrives later, and the
 * next readback waits for it.
 */
import { DeviceError } from '../config/errors';
import { PatientQueue } from './patientQueue';

/** All that decides a pipeline. */
export interface PipelineSource {
  /** Path of the shader, for messages. */
  file: string;
  /** Generated WGSL before the body; a uniform struct in it is the binding behind the tensors. */
  head: string;
  body: string;
  /** Storage bindings the call passes. */
  tensors: number;
}

export interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
  /** By binding number, whether the shader only reads the tensor. */
  readOnly: boolean[];
}

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();
/** Compilations whose verdict is still on its way, and the first bad verdict. */
let pendingCompiles: Promise<void>[] = [];
let trouble: DeviceError | null = null;
/** Compilations that were started ahead of their use and have not ended, by key. */
const underWay = new WeakMap<GPUDevice, Map<string, Promise<void>>>();
/** Those that the work at hand waits for, while every dispatch is left out; null otherwise. */
let ahead: Set<Promise<void>> | null = null;
/** Whether nobody waits for what is being collected. */
let isPatient = false;
/** Compilations that nobody waits for yet. Two keep a browser busy; more would take the processor from a first step. */
const patient = new PatientQueue(2);

/** Remembers that the device is unusable; every later dispatch and read throws it. */
export function reportTrouble(error: DeviceError): void {
  // Work on a lost device is refused in other words before the loss is announced.
  if (!trouble || error.trouble === 'lost') trouble = error;
}

/** Why the device is unusable; null while it is not. */
export function currentTrouble(): DeviceError | null {
  return trouble;
}

export function clearTrouble(): void {
  trouble = null;
  pendingCompiles = [];
  patient.clear();
}

/** @throws DeviceError what made the device unusable, if anything did */
export function throwTrouble(): void {
  if (trouble) throw trouble;
}

/** Waits for compilations under way. @throws DeviceError naming the shader file and line of the first one that failed. */
export async function settleCompiles(): Promise<void> {
  const waiting = pendingCompiles;
  pendingCompiles = [];
  await Promise.all(waiting);
  throwTrouble();
}

/** Compiled now if it was not before. */
export function pipelineFor(device: GPUDevice, source: PipelineSource): Pipeline {
  const cache = cacheOf(device);
  const key = keyOf(source);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = compile(device, source)));
  return found;
}

/**
 * Runs `work` with every dispatch left out, to find the pipelines it will need, and compiles them side by side.
 * @returns what the work returns, and the compilations, to be waited for before the work is done in earnest
 */
export function collectPipelines<T>(work: () => T): { result: T; compiled: Promise<void>[] } {
  const outer = ahead;
  const collected = new Set<Promise<void>>();
  ahead = collected;
  try {
    const result = work();
    for (const compiled of collected) outer?.add(compiled);
    return { result, compiled: [...collected] };
  } finally {
    ahead = outer;
  }
}

/**
 * The same for work that takes its time. Nothing else may be computed meanwhile.
 * @param inTurn compiles a little at a time, until a step needs it or has begun
 */
export async function collectPipelinesOf(work: () => Promise<void>, inTurn: boolean): Promise<Promise<void>[]> {
  const collected = new Set<Promise<void>>();
  ahead = collected;
  isPatient = inTurn;
  patient.release();
  try {
    await work();
  } finally {
    ahead = null;
    isPatient = false;
  }
  return [...collected];
}

/** A step is about to be done that needs these: they are begun now, and nothing else is until the next rehearsal. */
export function compileFirst(compilations: readonly Promise<void>[]): void {
  patient.hold();
  for (const compiled of compilations) patient.urge(compiled);
}

/** Whether dispatches are left out at present, to find the pipelines they need. */
export function isCollecting(): boolean {
  return ahead !== null;
}

/**
 * While pipelines are collected: compiles this one, now or in turn.
 * @returns whether that is the case, and nothing is to be run
 */
export function compileAhead(device: GPUDevice, source: PipelineSource): boolean {
  if (!ahead) return false;
  const key = keyOf(source);
  if (cacheOf(device).has(key)) return true;
  const started = entriesOf(underWay, device);
  let compiled = started.get(key);
  if (!compiled) {
    // One that could not wait may have been compiled on the way.
    const begin = () => (cacheOf(device).has(key) ? Promise.resolve() : compileAsync(device, source));
    const work = () => begin().finally(() => started.delete(key));
    compiled = isPatient ? patient.add(work) : work();
    started.set(key, compiled);
  } else if (!isPatient) patient.urge(compiled);
  ahead.add(compiled);
  return true;
}

function compileAsync(device: GPUDevice, source: PipelineSource): Promise<void> {
  device.pushErrorScope('validation');
  const { descriptor, layout, readOnly, verdict } = prepare(device, source);
  // What it catches, the verdict says better.
  void device.popErrorScope();
  return device.createComputePipelineAsync(descriptor).then(
    (pipeline) => void cacheOf(device).set(keyOf(source), { pipeline, layout, readOnly }),
    // The verdict says it with file and line where the WGSL is to blame.
    (error: Error) => verdict().then(() => reportTrouble(new DeviceError(`${source.file}: ${error.message}`))),
  );
}

const keyOf = ({ file, head }: PipelineSource) => `${file}\n${head}`;

const cacheOf = (device: GPUDevice) => entriesOf(pipelines, device);

function entriesOf<T>(byDevice: WeakMap<GPUDevice, Map<string, T>>, device: GPUDevice): Map<string, T> {
  let entries = byDevice.get(device);
  if (!entries) byDevice.set(device, (entries = new Map()));
  return entries;
}

/** Storage bindings in the order of their numbers, read from the WGSL so that an unused one keeps its place. */
function storageAccess(body: string): boolean[] {
  const readOnly: boolean[] = [];
  for (const match of body.matchAll(/@binding\((\d+)\)\s*var<storage,\s*(read_write|read)>/g)) {
    readOnly[Number(match[1])] = match[2] === 'read';
  }
  return readOnly;
}

interface Prepared {
  descriptor: GPUComputePipelineDescriptor;
  layout: GPUBindGroupLayout;
  readOnly: boolean[];
  /** Reports what the compiler objects to, if anything. */
  verdict: () => Promise<void>;
}

function prepare(device: GPUDevice, { file, head, body, tensors }: PipelineSource): Prepared {
  const readOnly = storageAccess(body);
  if (readOnly.length !== tensors) {
    throw new DeviceError(`${file}: declares ${readOnly.length} storage bindings, the call passes ${tensors} tensors.`);
  }
  const entries: GPUBindGroupLayoutEntry[] = readOnly.map((isReadOnly, binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: isReadOnly ? 'read-only-storage' : 'storage' },
  }));
  if (head.includes('var<uniform>'))
    entries.push({ binding: entries.length, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } });
  const layout = device.createBindGroupLayout({ entries });
  const shaderModule = device.createShaderModule({ label: file, code: `${head}\n${body}` });
  const descriptor = {
    label: file,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: shaderModule, entryPoint: 'main' },
  };
  const verdict = async () => {
    const info = await shaderModule.getCompilationInfo();
    const first = info.messages.find((message) => message.type === 'error');
    if (!first) return;
    const line = first.lineNum - head.split('\n').length;
    const place = line >= 1 ? `${file}:${line}:${first.linePos}` : `${file} (generated header line ${first.lineNum})`;
    reportTrouble(new DeviceError(`${place}: ${first.message}`));
  };
  return { descriptor, layout, readOnly, verdict };
}

function compile(device: GPUDevice, source: PipelineSource): Pipeline {
  device.pushErrorScope('validation');
  const { descriptor, layout, readOnly, verdict } = prepare(device, source);
  const pipeline = device.createComputePipeline(descriptor);
  const scope = device.popErrorScope();
  pendingCompiles.push(
    verdict().then(async () => {
      const error = await scope;
      if (error) reportTrouble(new DeviceError(`${source.file}: ${error.message}`));
    }),
  );
  return { pipeline, layout, readOnly };
}
