import { itemsOf } from '../../values/index.ts';
import type {
  BackendPool,
  LoadBalancer,
  LoadBalancerFrontend,
  LoadBalancingRule,
  OutboundRule,
} from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn } from './addresses.ts';
import { type Element, elementsIn, locatedOf, namedOf } from './named.ts';
import { portIn } from './ports.ts';
import { present } from './present.ts';
import { skuNameOf } from './public-ip.ts';
import { propertiesOf, type Reading, reportGap, sourceAt, sourceOf, valueIn } from './reading.ts';
import { referenceIn, referencesIn } from './references.ts';
import { booleanIn, decidingTextIn, numberIn } from './scalars.ts';

/** `Microsoft.Network/loadBalancers`. Its parts have the keys of ARM's sub-ids, so that references resolve. */
export function readLoadBalancer(reading: Reading, resource: AzureResource): LoadBalancer {
  const source = sourceOf(reading, 'load balancer', resource);
  const elements = (collection: string, what: string) =>
    elementsIn(source, resource.key, collection, what, itemsOf(valueIn(source, collection)));
  for (const name of ['inboundNatRules', 'inboundNatPools']) {
    if (itemsOf(valueIn(source, name)).length === 0) continue;
    const why = 'they forward ports of the load balancer to single machines';
    reportGap(reading, `loadBalancers/${name}`, why, source.at);
  }
  return {
    ...locatedOf(resource),
    ...skuNameOf(reading, resource),
    frontends: elements('frontendIPConfigurations', 'front end').map(readFrontend),
    rules: elements('loadBalancingRules', 'load balancing rule').map(readRule),
    outboundRules: elements('outboundRules', 'outbound rule').map(readOutboundRule),
    backendPools: elements('backendAddressPools', 'backend pool').map(readPool),
  };
}

function readFrontend(element: Element): LoadBalancerFrontend {
  const privateAddress = addressIn(element, 'privateIPAddress');
  const publicIp = referenceIn(element, 'publicIPAddress');
  const subnet = referenceIn(element, 'subnet');
  return {
    ...namedOf(element),
    ...present({ privateAddress, publicIp, subnet }),
  };
}

function readRule(element: Element): LoadBalancingRule {
  const frontend = referenceIn(element, 'frontendIPConfiguration');
  const [several] = referencesIn(element, 'backendAddressPools');
  const backendPool = several ?? referenceIn(element, 'backendAddressPool');
  const protocol = decidingTextIn(element, 'protocol');
  return {
    ...namedOf(element),
    ...present({ frontend, backendPool, protocol }),
    frontendPort: portIn(element, 'frontendPort'),
    backendPort: portIn(element, 'backendPort'),
    enableFloatingIp: booleanIn(element, 'enableFloatingIP'),
    disableOutboundSnat: booleanIn(element, 'disableOutboundSnat'),
  };
}

function readOutboundRule(element: Element): OutboundRule {
  return {
    ...namedOf(element),
    frontends: referencesIn(element, 'frontendIPConfigurations'),
    allocatedOutboundPorts: numberIn(element, 'allocatedOutboundPorts'),
  };
}

function readPool(element: Element): BackendPool {
  const members = itemsOf(valueIn(element, 'loadBalancerBackendAddresses'));
  const addresses = members.flatMap((item) => {
    const address = addressIn(sourceAt(element, propertiesOf(item)), 'ipAddress');
    return address === undefined ? [] : [address];
  });
  return { ...namedOf(element), addresses };
}
