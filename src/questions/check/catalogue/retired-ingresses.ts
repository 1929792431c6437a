import type { Ingress, IngressClass } from '../../../model/index.ts';
import type { CheckContext } from '../finding.ts';
import type { Candidate } from './retired-things.ts';

const CONTROLLER = 'k8s.io/ingress-nginx';
const ANNOTATION = 'kubernetes.io/ingress.class';

/** Every Ingress, and whether the upstream Ingress-NGINX project serves it: its class names the controller. */
export function ingressesByClass({ perimeter }: CheckContext): readonly Candidate[] {
  const { ingresses, ingressClasses } = perimeter.kubernetes;
  return ingresses.map((ingress) => ({
    key: `${ingress.namespace}/Ingress/${ingress.name}`,
    name: `${ingress.namespace}/${ingress.name}`,
    at: ingress.at,
    uses: servedByNginx(ingress, ingressClasses),
    what: `ingress class ${classOf(ingress) ?? 'not written'}`,
  }));
}

function classOf({ className, annotations }: Ingress): string | undefined {
  return className ?? annotations[ANNOTATION];
}

function servedByNginx(ingress: Ingress, classes: readonly IngressClass[]): Candidate['uses'] {
  const name = classOf(ingress);
  // Without a class the default one serves it; where classes are shown and none is the default, nobody does.
  const found = classes.find((one) => (name === undefined ? one.isDefault : one.name === name));
  if (found?.controller !== undefined) return found.controller.toLowerCase() === CONTROLLER;
  const open = (missing: string) => ({ missing, at: ingress.at });
  if (name === undefined)
    return classes.length === 0
      ? open(`the default IngressClass, which serves ${ingress.namespace}/${ingress.name}`)
      : false;
  // `nginx` may belong to another project; what has not the word in it is some other controller's.
  return /nginx/i.test(name) ? open(`the controller of IngressClass \`${name}\``) : false;
}
