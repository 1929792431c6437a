import { type EmittedFile, headerOf } from '../emitter.ts';
import type { DeploymentPlan } from '../plan/index.ts';
import { goneAsWell, groupsNeeded, leftBehind } from './left-behind.ts';

/** How the files of a folder are deployed as one unit, how that unit is taken away again, and what stays. */
export const PAGE_PATH = 'DEPLOY.md';

/**
 * A template with its parameters as a deployment stack: Azure remembers what belongs together, so that deleting the stack deletes it
 * all, in whatever groups it lies. `deleteResources` keeps the groups.
 */
export function stackPage(
  plan: DeploymentPlan,
  template: string,
  parameters: string | undefined,
): EmittedFile {
  const { level } = plan;
  const isGroup = level === 'resource-group';
  const scope = isGroup ? `group` : 'sub';
  const group = plan.home.resourceGroup ?? 'GROUP';
  const where = isGroup ? `--resource-group ${word(group)}` : `--location ${location(plan)}`;
  const named = isGroup ? ` ${where}` : '';
  const given = parameters === undefined ? '' : ` --parameters ${parameters}`;
  return page(plan, [
    '# Deploy',
    '',
    'One deployment stack is one unit: Azure remembers what belongs to it. What a later version of these files no longer holds is deleted.',
    ...groupsNeeded(plan),
    '',
    '```sh',
    `az stack ${scope} create --name perimeter ${where} \\`,
    `  --template-file ${template}${given} \\`,
    '  --deny-settings-mode none --action-on-unmanage deleteResources',
    '```',
    ...openParameters(plan),
    '',
    '# Take away',
    '',
    '```sh',
    `az stack ${scope} delete --name perimeter${named} --action-on-unmanage deleteResources`,
    '```',
    '',
    'What is left then:',
    '',
    ...leftBehind(plan),
    ...goneAsWell(plan),
    '',
    `Deployed with \`az deployment ${scope} create\` instead, nothing remembers what belongs together: taking it away is by hand.`,
  ]);
}

export function terraformPage(plan: DeploymentPlan): EmittedFile {
  return page(plan, [
    '# Deploy',
    '',
    'One configuration, one state.',
    ...groupsNeeded(plan),
    '',
    '```sh',
    'terraform init',
    'terraform plan -out perimeter.tfplan',
    'terraform apply perimeter.tfplan',
    '```',
    '',
    'The state knows every value that Azure answered: keep it in a backend that is encrypted and locked, not beside these files.',
    ...openParameters(plan),
    '',
    '# Take away',
    '',
    '```sh',
    'terraform plan -destroy',
    'terraform destroy',
    '```',
    '',
    'What is left then:',
    '',
    ...leftBehind(plan),
    '- The state itself, without resources.',
    ...goneAsWell(plan),
  ]);
}

export function kubernetesPage(plan: DeploymentPlan, paths: readonly string[]): EmittedFile {
  const clusters = [...new Set(paths.flatMap((path) => /^clusters\/[^/]+/.exec(path) ?? []))];
  const shared = ['cluster.yaml', 'namespaces'].filter((one) =>
    paths.some((path) => path === one || path.startsWith(`${one}/`)),
  );
  const files = shared.map((one) => `-f ${one}`).join(' ');
  const own = clusters.map((folder) => `kubectl apply -R -f ${folder}   # in that cluster only`);
  const gone = clusters.map((folder) => `kubectl delete --ignore-not-found -R -f ${folder}`);
  return page(plan, [
    '# Apply',
    '',
    '```sh',
    ...(files === '' ? [] : [`kubectl apply -R ${files}`]),
    ...own,
    '```',
    '',
    '# Take away',
    '',
    '```sh',
    ...gone,
    ...(files === '' ? [] : [`kubectl delete --ignore-not-found -R ${files}`]),
    '```',
    '',
    'A namespace goes with everything in it, also what others put there. Without a policy a pod may call, and be called by, anybody:',
    'take workloads away before policies.',
  ]);
}

/** Somebody must say: without these Azure asks or refuses. */
function openParameters({ parameters }: DeploymentPlan): readonly string[] {
  const open = parameters.filter((one) => one.default === undefined && one.value === undefined);
  if (open.length === 0) return [];
  return [
    '',
    `Values that the input does not hold: ${open.map(({ name }) => `\`${name}\``).join(', ')}.`,
  ];
}

/** Where Azure keeps the record of a stack of a subscription. */
function location({ parameters }: DeploymentPlan): string {
  const found = parameters.find(({ role }) => role === 'location');
  const known = found?.default;
  const text =
    found?.value ?? (known !== undefined && known.kind === 'literal' ? known.value : undefined);
  return typeof text === 'string' && text !== '' ? word(text) : 'REGION';
}

/** As one word of a shell. */
function word(text: string): string {
  return /^[\w.()-]+$/.test(text) && !/[()]/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

function page(plan: DeploymentPlan, lines: readonly string[]): EmittedFile {
  return { path: PAGE_PATH, text: `<!-- ${headerOf(plan)} -->\n\n${lines.join('\n')}\n` };
}
