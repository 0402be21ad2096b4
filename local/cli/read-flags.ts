import { parseArgs } from 'node:util';

export interface Flags {
  port: number;
  data: string;
  ephemeral: boolean;
  localProviders: boolean;
  help: boolean;
}

/** A command line that can't be meant; the message says what would be right. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export const HELP = `Runs the shop on a local cloud: the synthesized template and the built functions, as AWS would.

Usage: npm start -- [flags]

  --port N      port of the API; the services and providers have the next ones (default 3000, 0: free ones)
  --data DIR    folder for the state, the logs and endpoints.json (default .fastcart)
  --ephemeral   forget the state when it stops
  --local-providers
                local providers, whatever keys are set
  --help        this

Providers are local unless their keys are set in the environment or in .env.
`;

const DEFAULT_PORT = 3000;
/** The API's port and the eleven after it. */
const LAST_PORT = 65_535 - 11;

/** @throws FlagError naming the flag and what it takes. */
export function readFlags(args: readonly string[]): Flags {
  const { values } = parse(args);
  return {
    port: readPort(values.port),
    data: readFolder(values.data),
    ephemeral: values.ephemeral ?? false,
    localProviders: values['local-providers'] ?? false,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        ephemeral: { type: 'boolean' },
        'local-providers': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/);
    throw new FlagError(
      `${reason}: the flags are --port N, --data DIR, --ephemeral, --local-providers and --help`,
    );
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= LAST_PORT) return port;
  throw new FlagError(`--port ${text}: expected a whole number from 0 to ${LAST_PORT}`);
}

function readFolder(text: string | undefined): string {
  if (text === '') throw new FlagError('--data: expected a folder');
  return text ?? '.fastcart';
}
