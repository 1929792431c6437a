import type { Fact } from './fact.ts';

const READ_ON = '2026-11-21';
const CLI = 'Azure/azure-cli-extensions src/azure-firewall; Azure/azure-cli recorded tests';

/** How exports and manifests are written, beside what templates and the Kubernetes API say of themselves. */
export const IMPORTING_FACTS = {
  'ARM-71': {
    fact: 'The az CLI prints show and list answers with every `properties` lifted into its owner and `resourceGroup` added; the sku of a firewall or a policy lies inside `properties`, of a public IP, NAT gateway or cluster beside it.',
    source: `${CLI}; Azure/bicep-types-az, type definitions of Microsoft.Network`,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-72': {
    fact: 'A lifted member that would hide a field of the envelope is printed as `typePropertiesType`.',
    source: 'MicrosoftDocs/azure-docs, output of az vm extension show; Azure/azure-cli tests',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-73': {
    fact: 'Old versions of the firewall extension print the settings of `additionalProperties` at the root of the firewall.',
    source: CLI,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-74': {
    fact: 'Resource ids are compared without case; sources differ in the case of `resourceGroups`, of types and of names.',
    source:
      'MicrosoftDocs/azure-docs articles/azure-resource-manager/management/resource-name-rules.md',
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-75': {
    fact: '`az resource list` answers without properties: it names resources and says nothing about them.',
    source: 'MicrosoftDocs/azure-docs-cli docs-ref-autogen/resource.yml, az resource list',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-76': {
    fact: 'Lists come in pages: `nextLink` of ARM, `$skipToken` or `skip_token` and `resultTruncated` of Resource Graph say that there is more.',
    source:
      'MicrosoftDocs/azure-docs articles/governance/resource-graph/concepts/work-with-data.md, section Paging results',
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-77': {
    fact: 'Exports show `etag`, `provisioningState`, `resourceGuid`, `ipv6Rule`, `size` and `hasBgpOverride`, which nobody sets.',
    source:
      'Azure/bicep-types-az, read-only flags of Microsoft.Network; templates exported by the portal',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-78': {
    fact: 'The parameter file of a portal download writes `null` for each parameter that keeps its default.',
    source: 'parameters.json of portal template downloads',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-79': {
    fact: 'Subnets, peerings, routes, security rules and node pools may be written inside their parent or as resources of their own: the same resource either way.',
    source:
      'MicrosoftDocs/azure-docs articles/azure-resource-manager/templates/child-resource-name-type.md',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-101': {
    fact: 'kubectl, Helm and the API server read YAML 1.1: unquoted y, yes, on and their opposites are booleans, a leading zero makes an octal number, dates and base-60 numbers are text.',
    source: 'kubernetes-sigs/yaml goyaml.v2/resolve.go',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-102': {
    fact: 'An object of a namespaced kind that names no namespace lies in the current one, `default` unless configured; objects of cluster-scoped kinds lie in none.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-103': {
    fact: 'A Secret keeps its content in `data` and `stringData`; `kubectl apply` keeps a copy in the annotation last-applied-configuration.',
    source:
      'https://kubernetes.io/docs/concepts/configuration/secret/; https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-104': {
    fact: 'The API server completes `generateName` with a random suffix when there is no `name`.',
    source:
      'https://kubernetes.io/docs/reference/using-api/api-concepts/, section Generated values',
    readOn: READ_ON,
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;
