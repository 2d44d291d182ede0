/** The numbers of workloads as files, for sides that do not speak JavaScript. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTask, type Task } from '../../src/bench/task';
import { workload, type WorkloadId } from '../../src/bench/workloads';
import { writePpo, type WrittenPpo } from '../../src/bench/writtenPpo';
import { readPublic } from '../../src/cli/publicFiles';
import { startEngine } from '../../src/kernels/device';

/** `W1.json` has the shapes and, for each array, its place in `W1.bin`: little-endian float32 or int32. */
function write(task: Task | WrittenPpo, folder: string): void {
  const parts: Buffer[] = [];
  let offset = 0;
  const describe = (array: Float32Array | Int32Array, shape = [array.length]) => {
    const entry = { dtype: array instanceof Float32Array ? 'float32' : 'int32', shape, offset };
    parts.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    offset += array.byteLength;
    return entry;
  };
  const text = JSON.stringify(task, (_, value: unknown) => {
    if (value instanceof Float32Array || value instanceof Int32Array) return describe(value);
    return value;
  });
  writeFileSync(join(folder, `${task.id}.json`), text);
  writeFileSync(join(folder, `${task.id}.bin`), Buffer.concat(parts));
}

/** @param iterations of PPO that are written down; its answers are sampled here, on the wasm engine */
export async function writeTask(id: WorkloadId, folder: string, iterations: number): Promise<void> {
  const task = makeTask(workload(id));
  if (task.kind !== 'ppo') return write(task, folder);
  await startEngine('wasm');
  write(await writePpo(task, readPublic, iterations), folder);
}
