import type { KubernetesObject } from '../../snapshot.ts';
import type { Reading } from '../reading.ts';
import { objectPart, partsIn, stringIn } from './object.ts';

const USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * The service accounts a binding names, as `namespace/name`. Groups of accounts are left out: they would make every
 * account a caller of the API server.
 */
export function boundAccounts(reading: Reading, object: KubernetesObject): readonly string[] {
  return partsIn(objectPart(reading, object), 'subjects').flatMap((subject) => {
    const name = stringIn(subject, 'name');
    if (name === undefined) return [];
    switch (stringIn(subject, 'kind')) {
      case 'ServiceAccount':
        return [`${stringIn(subject, 'namespace') ?? object.namespace}/${name}`];
      case 'User': {
        const match = USER.exec(name);
        return match === null ? [] : [`${match[1]}/${match[2]}`];
      }
      default:
        return [];
    }
  });
}
