/** What `npm start -- …` was asked for. */
export interface StartArguments {
  /** Serve with a certificate of our own, so that other devices of the network get WebGPU. */
  isHttps: boolean;
  /** Answer other devices of the network, not only this machine. */
  isShared: boolean;
  port: number;
}

export const START_HELP = `npm start -- [--host] [--https] [--port N]
  --host     answer other devices of the network too, and print their address
  --https    use https with a certificate made here; without it other devices get no graphics card
  --port N   first port to try; 4173 when left out`;

/**
 * @throws RangeError naming the argument that is not understood
 */
export function readStartArguments(args: readonly string[]): StartArguments {
  const result: StartArguments = { isHttps: false, isShared: false, port: 4173 };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--https') result.isHttps = true;
    else if (args[i] === '--host') result.isShared = true;
    else if (args[i] === '--port') result.port = readPort(args[++i]);
    else throw new RangeError(`start: got "${args[i]}"; expected one of\n${START_HELP}`);
  }
  return result;
}

function readPort(text: string | undefined): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new RangeError(`start: --port got "${text ?? ''}"; expected a whole number from 1 to 65535.`);
  return port;
}
