import { InputError } from './exit-code.ts';

/** Both ends of a question, as typed. */
interface Ends {
  readonly from: string;
  readonly to: string;
  readonly cluster?: string;
}

/** `deploy:shop/web@aks-blue:8080`: a pod, a Service or a namespace, and the cluster it runs in. */
const AT_CLUSTER = /^([a-z-]+:[^@]*)@([^:@]+)(:.*)?$/i;

/**
 * The cluster that the ends of a question name behind an `@`, and the ends without it. Pods of two clusters never meet but by an
 * address: who asks for that writes the address.
 * @throws InputError when the ends are in two clusters, or in another one than `--cluster`
 */
export function clusterOfQuestion({ from, to, cluster }: Ends): Ends {
  const sender = split(from);
  const receiver = split(to);
  const named = [sender.cluster, receiver.cluster, cluster].filter((one) => one !== undefined);
  const [first] = named;
  const other = named.find((one) => one.toLowerCase() !== first?.toLowerCase());
  if (first !== undefined && other !== undefined) {
    throw new InputError(
      `the question names two clusters, \`${first}\` and \`${other}\``,
      'from one cluster to another a flow goes to an address: that of the front end, for one',
    );
  }
  const ends = { from: sender.end, to: receiver.end };
  return first === undefined ? ends : { ...ends, cluster: first };
}

function split(text: string): { readonly end: string; readonly cluster?: string } {
  const [, end, cluster, port = ''] = AT_CLUSTER.exec(text.trim()) ?? [];
  return end === undefined || cluster === undefined ? { end: text } : { end: end + port, cluster };
}
