import { type HclFile, providerSettings } from '../../importers/terraform/hcl/index.ts';

/** iac-formats 4.3: names of this version hold where nothing says which. */
const PROVIDER_DEFAULT = 4;

/** Major version of the provider, as far as the file itself says it. */
export function providerOf(file: HclFile): number {
  const { providerVersion } = providerSettings([file], undefined, () => undefined);
  const major = Number.parseInt(providerVersion ?? '', 10);
  return Number.isNaN(major) ? PROVIDER_DEFAULT : major;
}
