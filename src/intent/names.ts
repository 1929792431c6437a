/** Where resources of the page are deployed. */
export interface Scope {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** Names by the Cloud Adoption Framework (iac-formats 10): abbreviation, workload, part, stage, region. */
export interface Names {
  readonly of: (abbreviation: string, part?: string) => string;
  /** For types that take letters and digits only, and few of them. */
  readonly compact: (abbreviation: string, part: string, longest: number) => string;
  readonly id: (type: string, ...names: readonly string[]) => string;
  readonly scope: Scope;
}

export function namesFor(
  workload: string,
  environment: string,
  location: string,
  scope: Scope,
): Names {
  const group = `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`;
  return {
    scope,
    of: (abbreviation, part) => {
      // A cluster or spoke that is called like the workload is not said twice.
      const own = part === undefined || part === workload ? [] : [part];
      return [abbreviation, workload, ...own, environment, location].join('-');
    },
    compact: (abbreviation, part, longest) => {
      const whole = `${abbreviation}${workload}${part}${environment}`.replace(/[^a-z0-9]/g, '');
      // Names of this kind are shared by everybody on Azure: a few digits of our own keep them apart.
      const mark = checksum(`${scope.subscriptionId}/${scope.resourceGroup}/${location}/${part}`);
      return `${whole.slice(0, longest - mark.length)}${mark}`;
    },
    id: (type, ...names) => {
      const [provider, ...segments] = type.split('/');
      const pairs = segments.map((segment, index) => `${segment}/${names[index] ?? ''}`);
      return `${group}/providers/${provider}/${pairs.join('/')}`;
    },
  };
}

/** FNV-1a as five characters. Same input, same name. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(36).padStart(7, '0').slice(-5);
}
