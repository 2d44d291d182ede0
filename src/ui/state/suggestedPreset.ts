import type { Preset } from '../../config/rows';

/** A browser that has not named its adapter by then is treated as if it had none. */
const ADAPTER_WAIT_MS = 3000;

/** The preset to open with: a hardware GPU carries `small`; everything else starts with `nano`. */
export async function suggestPreset(): Promise<Preset> {
  const tooLate = new Promise<null>((resolve) => setTimeout(resolve, ADAPTER_WAIT_MS, null));
  const adapter = await Promise.race([navigator.gpu?.requestAdapter().catch(() => null), tooLate]);
  if (!adapter) return 'nano';
  const { isFallbackAdapter, vendor, architecture, description } = adapter.info;
  const isSoftware =
    isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(`${vendor} ${architecture} ${description}`);
  return isSoftware ? 'nano' : 'small';
}
