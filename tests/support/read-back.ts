import type { DeploymentPlan, Emission } from '../../src/emitters/index.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, memoryFileSystem, nodeFileSystem } from '../../src/io/index.ts';
import type { Snapshot } from '../../src/model/index.ts';

/** A folder of the project, read as the command line does. */
export function readFolder(folder: string): Promise<Snapshot> {
  return importPaths(nodeFileSystem(), [folder], {}, bundledDatasets());
}

/** What was emitted, read as if it were deployed to where the snapshot came from. */
export function readBack(emission: Emission, { home }: DeploymentPlan): Promise<Snapshot> {
  const files = Object.fromEntries(emission.files.map(({ path, text }) => [path, text]));
  const { subscription, resourceGroup } = home;
  const options = {
    subscriptionId: subscription,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
  };
  return importPaths(memoryFileSystem(files), ['.'], options, bundledDatasets());
}
