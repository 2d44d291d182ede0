import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { StorageError } from '../../../src/config/errors';
import { sha256 } from '../../../src/data/sha256';
import { startEngine } from '../../../src/kernels/device';
import { readArchive } from '../../../src/pipeline/archiveReader';
import { writeArchive } from '../../../src/pipeline/archiveWriter';
import { archiveOfTinyRun } from '../../support/tinyArchive';
import { brokenBytes, brokenJson, brokenText, ODD_TEXTS } from '../hostile';
import { checkPrototypes, orRefusedLater, target, type Verdict } from '../target';

type Files = Record<string, Uint8Array>;

const CHECKSUMS = 'checksums.json';
/** Files of weights that stay in: enough to have some of each kind, few enough to be quick. */
const KEPT = ['models/policy.safetensors', 'policyOptimizer/first.safetensors'];

const utf8 = (text: string) => new TextEncoder().encode(text);
const asFile = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Checksums that fit, so that what is inside is read at all. */
async function sealed(files: Files): Promise<Files> {
  const sums: Record<string, unknown> = {};
  for (const [name, contents] of Object.entries(files))
    if (name !== CHECKSUMS) sums[name] = { bytes: contents.length, sha256: await sha256(contents) };
  return { ...files, [CHECKSUMS]: utf8(JSON.stringify({ version: 1, files: sums })) };
}

/** Contents of one entry, broken as what they are. */
function brokenEntry(name: string, contents: Uint8Array): fc.Arbitrary<Uint8Array> {
  if (name.endsWith('.safetensors')) return brokenBytes(fc.constant(contents));
  const text = textOf(contents);
  if (name.endsWith('.json')) return brokenJson(fc.constant(JSON.parse(text) as unknown)).map(utf8);
  return brokenText(fc.constant(text)).map(utf8);
}

/** The packer of this test cannot write them. */
const PROTOTYPES: readonly string[] = ['__proto__', 'constructor'];
const PATHS = [
  '../x',
  '/etc/passwd',
  'models/../../x.safetensors',
  'models\\policy.safetensors',
  'C:x',
  'MANIFEST.JSON',
  'models/policy.safetensors/x',
  'samples.jsonl\0',
  'sub/',
];

interface Forgery {
  files: Files;
  isHonest: boolean;
}

/** An archive with one entry changed, added, renamed or left out; most with checksums that fit. */
function forgeries(files: Files): fc.Arbitrary<Forgery> {
  const name = fc.constantFrom(...Object.keys(files));
  const change = name.chain((entry) =>
    brokenEntry(entry, files[entry]).map((contents): Files => ({ ...files, [entry]: contents })),
  );
  const path = fc.oneof(
    fc.constantFrom(...PATHS),
    fc.constantFrom<string>(...ODD_TEXTS.filter((text) => text.length < 100 && !PROTOTYPES.includes(text))),
  );
  const rename = fc.tuple(name, path).map(([entry, other]): Files => {
    const { [entry]: contents, ...rest } = files;
    return { ...rest, [other]: contents };
  });
  const remove = name.map((entry): Files => {
    const { [entry]: _gone, ...rest } = files;
    return rest;
  });
  const changed = fc.oneof(
    { weight: 8, arbitrary: change },
    { weight: 2, arbitrary: rename },
    { weight: 1, arbitrary: remove },
  );
  return fc.record({
    files: changed,
    isHonest: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  });
}

async function inputs(): Promise<fc.Arbitrary<Uint8Array | Forgery>> {
  await startEngine('wasm');
  const whole = unzipSync(await writeArchive(await archiveOfTinyRun()));
  const entries = Object.entries(whole).filter(([name]) => !name.endsWith('.safetensors') || KEPT.includes(name));
  const files = await sealed(Object.fromEntries(entries));
  return fc.oneof(
    { weight: 1, arbitrary: brokenBytes(fc.constant(zipSync(files, { level: 6 }))) },
    { weight: 3, arbitrary: forgeries(files) },
  );
}

async function check(input: Uint8Array | Forgery): Promise<Verdict> {
  const bytes =
    input instanceof Uint8Array
      ? input
      : zipSync(input.isHonest ? await sealed(input.files) : input.files, { level: 0 });
  const read = await orRefusedLater(StorageError, () => readArchive(asFile(bytes)));
  checkPrototypes();
  if (!read) return 'refused';
  const written = await writeArchive(read.value);
  const again = await writeArchive(await readArchive(asFile(written)));
  if ((await sha256(written)) !== (await sha256(again)))
    throw new Error('an archive that was read is written in two ways');
  return 'accepted';
}

export const archive = target('archive', 'run archives', inputs, check);
