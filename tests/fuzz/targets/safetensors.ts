import fc from 'fast-check';
import { StorageError } from '../../../src/config/errors';
import { decodeSafetensors, encodeSafetensors } from '../../../src/nn/safetensors';
import { brokenBytes, brokenJson, joined } from '../hostile';
import { checkPrototypes, checkSame, orRefused, target, type Verdict } from '../target';

const name = fc.oneof(fc.constantFrom('transformer.wte.weight', 'score.bias', 'h.0'), fc.string({ maxLength: 12 }));
const shape = fc.array(fc.nat(4), { maxLength: 3 });
const tensor = shape.chain((sizes) => {
  const count = sizes.reduce((product, size) => product * size, 1);
  return fc
    .array(fc.float(), { minLength: count, maxLength: count })
    .map((values) => ({ shape: sizes, values: Float32Array.from(values) }));
});
const content = fc.record({
  tensors: fc.dictionary(name, tensor, { maxKeys: 4, noNullPrototype: true }),
  metadata: fc.dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }), {
    maxKeys: 2,
    noNullPrototype: true,
  }),
});
const valid = fc
  .tuple(content, fc.constantFrom('F32' as const, 'F16' as const))
  .map(([file, dtype]) => encodeSafetensors(file, dtype));

/** A file whose header was changed as the JSON it is, its length told truly or not. */
const brokenHeader = valid
  .chain((bytes) => {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return fc.tuple(
      brokenJson(fc.constant(header)),
      fc.constant(bytes.subarray(8 + length)),
      fc.option(fc.bigInt(0n, 2n ** 64n - 1n), { freq: 9 }),
    );
  })
  .map(([text, data, told]) => {
    const header = new TextEncoder().encode(text);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, told ?? BigInt(header.length), true);
    return joined(length, header, data);
  });

const file = fc.oneof(
  { weight: 5, arbitrary: brokenHeader },
  { weight: 4, arbitrary: brokenBytes(valid) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

function check(bytes: Uint8Array): Verdict {
  const read = orRefused(StorageError, () => decodeSafetensors(bytes, 'model.safetensors'));
  checkPrototypes();
  if (!read) return 'refused';
  const { tensors } = read.value;
  const held = Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0);
  if (held * 2 > bytes.length) throw new Error(`${held} numbers came out of ${bytes.length} bytes`);
  for (const [key, { shape: sizes, values }] of Object.entries(tensors))
    if (sizes.reduce((product, size) => product * size, 1) !== values.length)
      throw new Error(`${key} is not of its shape`);
  checkSame(decodeSafetensors(encodeSafetensors(read.value, 'F32'), 'again'), read.value, 'a file');
  return 'accepted';
}

export const safetensors = target('safetensors', 'model files', file, check);
