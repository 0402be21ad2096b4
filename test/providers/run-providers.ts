import { VirtualClock } from '../../local/clock.ts';
import { startProviders } from '../../local/providers/index.ts';

// A process of its own, to be killed: starts the providers on the folder given and tells its parent where they are.
const dataDir = process.argv[2] ?? '';
const { baseUrls } = await startProviders({ dataDir, clock: new VirtualClock() });
process.send?.(baseUrls);
process.once('disconnect', () => process.exit());
