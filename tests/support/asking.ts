import { bundledDatasets } from '../../src/io/index.ts';
import type { LogEngine } from '../../src/logs/engine.ts';
import { locator } from '../../src/logs/places/index.ts';
import type { Asking, Window } from '../../src/logs/questions/index.ts';
import type { Network } from '../../src/network/index.ts';

/** A question to this engine, with what comes with the package. */
export function askingOf(engine: LogEngine, network?: Network, window: Window = {}): Asking {
  return {
    engine,
    window,
    datasets: network?.perimeter.snapshot.datasets ?? bundledDatasets(),
    ...(network === undefined ? {} : { network }),
    locate: locator(network === undefined ? {} : { network }),
    said: [],
  };
}
