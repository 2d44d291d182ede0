/** What the kernels need to know about the GPU they run on. Set once when the device is made. */
export interface AdapterTraits {
  /** A GPU simulated by the CPU (SwiftShader, lavapipe, WARP): barriers cost far more than arithmetic there. */
  isSoftware: boolean;
  /** Subgroups can be used and are four lanes wide, as those of SwiftShader are. */
  hasLanesOfFour: boolean;
}

export const adapterTraits: AdapterTraits = { isSoftware: false, hasLanesOfFour: false };
