import type { DeploymentPlan, PlanResource } from '../plan/index.ts';

/** What is still there when everything that the plan deploys is gone, as a list in Markdown. Never empty. */
export function leftBehind(plan: DeploymentPlan): readonly string[] {
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  return [
    ...groupsLeft(plan, deployed),
    ...existingLeft(plan),
    ...deletedLater(deployed),
    '- What others deployed by other means, and roles they gave to identities that are gone: `az role assignment list --all` shows such a role with an empty name.',
  ];
}

/** What goes although no file names it. */
export function goneAsWell(plan: DeploymentPlan): readonly string[] {
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  return made(deployed, 'Microsoft.ContainerService/managedClusters', (names) => [
    '',
    `Gone as well: the node resource groups (\`MC_…\`) of ${names}, with the disks and public addresses that workloads were given. Copy what is worth keeping first.`,
  ]);
}

/** Groups are there before and may hold what others put into them. */
function groupsLeft(plan: DeploymentPlan, deployed: readonly PlanResource[]): readonly string[] {
  const own = deployed.filter(isGroup).map(({ title }) => title);
  const kept = groupsBefore(plan).map(
    (title) => `- The resource group ${codes([title])}, empty or not.`,
  );
  return own.length === 0
    ? kept
    : [
        ...kept,
        `- The resource groups that these files make (${codes(own)}): with \`deleteAll\` instead of \`deleteResources\` they go as well, and with them whatever others put into them.`,
      ];
}

/** What has to be there before, as a sentence. */
export function groupsNeeded(plan: DeploymentPlan): readonly string[] {
  const titles = groupsBefore(plan);
  if (titles.length === 0) return [];
  return [
    `To be there before: the resource ${titles.length === 1 ? 'group' : 'groups'} ${codes(titles)}.`,
  ];
}

/** Groups that something is deployed to, and that are not deployed themselves. */
function groupsBefore(plan: DeploymentPlan): readonly string[] {
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  const own = new Set(deployed.filter(isGroup).map(({ title }) => title.toLowerCase()));
  const used = new Set(deployed.map(({ scope }) => scope));
  return [...plan.scopes.values()]
    .filter(({ key, kind }) => kind === 'resource-group' && used.has(key))
    .map(({ title }) => title)
    .filter((title) => !own.has(title.toLowerCase()));
}

function existingLeft(plan: DeploymentPlan): readonly string[] {
  const titles = plan.resources
    .filter(({ isExisting, type }) => isExisting && !BUILT_IN.test(type))
    .map(({ title }) => title);
  if (titles.length === 0) return [];
  return [
    `- What was there already and is only referred to: ${codes([...new Set(titles)].sort())}.`,
  ];
}

/** Roles and policies that Azure defines are there in every subscription. */
const BUILT_IN = /\/(?:role|policy|policySet)Definitions$/i;

/** Deleted, and not gone yet. */
function deletedLater(deployed: readonly PlanResource[]): readonly string[] {
  return [
    ...made(deployed, 'Microsoft.KeyVault/vaults', (names) => [
      `- ${names} as a deleted vault until its retention ends (7 to 90 days), and nobody can take its name: \`az keyvault list-deleted\`, \`az keyvault purge\`.`,
    ]),
    ...made(deployed, 'Microsoft.OperationalInsights/workspaces', (names) => [
      `- The logs in ${names}, which can be recovered for 14 days.`,
    ]),
  ];
}

function made(
  deployed: readonly PlanResource[],
  type: string,
  say: (names: string) => readonly string[],
): readonly string[] {
  const found = deployed.filter((one) => one.type.toLowerCase() === type.toLowerCase());
  return found.length === 0 ? [] : say(codes(found.map(({ title }) => title).sort()));
}

function isGroup({ type }: PlanResource): boolean {
  return type.toLowerCase() === 'microsoft.resources/resourcegroups';
}

const NAMES_MAX = 8;

/** Names of an input may hold anything: a name in Markdown is one word of code on one line. */
function codes(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).map((name) => `\`${name.replace(/[`\s]+/g, ' ')}\``);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
