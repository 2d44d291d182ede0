/** The numbers of workloads as files, for sides that do not speak JavaScript. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTask } from '../../src/bench/task';
import { workload, type WorkloadId } from '../../src/bench/workloads';

/** `W1.json` has the shapes and, for each array, its place in `W1.bin`: little-endian float32 or int32. */
export function writeTask(id: WorkloadId, folder: string): void {
  const parts: Buffer[] = [];
  let offset = 0;
  const describe = (array: Float32Array | Int32Array, shape = [array.length]) => {
    const entry = { dtype: array instanceof Float32Array ? 'float32' : 'int32', shape, offset };
    parts.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    offset += array.byteLength;
    return entry;
  };
  const text = JSON.stringify(makeTask(workload(id)), (_, value: unknown) => {
    if (value instanceof Float32Array || value instanceof Int32Array) return describe(value);
    return value;
  });
  writeFileSync(join(folder, `${id}.json`), text);
  writeFileSync(join(folder, `${id}.bin`), Buffer.concat(parts));
}
