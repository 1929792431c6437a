import { OperationalError } from '../../diagnostics/index.ts';

/** Loads a package that only those need who ask a service in Azure. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new OperationalError('logs/no-package', `the package \`${name}\` is missing`, {
      cause,
      hint: `npm install ${name}`,
    });
  }
}
