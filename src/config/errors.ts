/** The user asked for something impossible: a value out of range, an unknown key, a rule broken between fields. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The compute device failed: no adapter, lost device, a kernel that does not compile, memory that ran out. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  /** @param trouble `lost`: the device is gone and another one may work; `memory`: it ran out; `other`: it will fail again */
  constructor(
    message: string,
    readonly trouble: 'lost' | 'memory' | 'other' = 'other',
  ) {
    super(message);
  }
}

/** The device has no memory left, or never had enough. @param what happened */
export function outOfMemory(what: string): DeviceError {
  return new DeviceError(`memory: ${what}; choose smaller batches or a smaller preset.`, 'memory');
}

/** Bytes as messages about memory say them, rounded up. */
export const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

/** Training produced a value that is not finite. The last good weights are kept. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  constructor(
    message: string,
    readonly stage: string,
    readonly step: number,
    readonly tensor: string,
  ) {
    super(message);
  }
}

/** Reading or writing a file, a checkpoint or the run library failed. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
