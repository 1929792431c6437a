/** Every diagnostic code, once, with what it means. Codes are words, never reused. */
export const DIAGNOSTIC_CODES = {
  'file/too-large': 'The file is larger than the limit and was not read.',
  'file/not-text': 'The file is binary or in an encoding we cannot tell.',
  'file/encoding': 'The file is not UTF-8; it was decoded as stated.',
  'file/unreadable': 'The file or folder could not be opened.',
  'file/directory-loop': 'A link leads back into a folder already being read.',
  'file/too-many': 'The folder holds more files than the limit; the rest was not read.',
  'json/syntax': 'The text is not JSON.',
  'json/duplicate-key': 'An object has the same key twice; the last one counts.',
  'json/too-deep': 'The value is nested deeper than the limit.',
  'arm/syntax': 'A template expression cannot be read.',
  'arm/unknown-function':
    'A template expression calls a function we do not know; its value is unknown.',
  'arm/unknown-name': 'An expression names a parameter, variable or output that is not declared.',
  'arm/evaluation-failed': 'A template expression cannot be evaluated; Azure would refuse it too.',
  'arm/expression-too-deep': 'Expressions or values are nested deeper than the limit.',
  'arm/budget': 'The template needs more work than the limit; the rest of its values is unknown.',
  'arm/cycle': 'A value depends on itself.',
  'arm/parameter-missing': 'A parameter has no value and no default.',
  'arm/parameter-unused': 'A parameter was given a value and no template declares it.',
  'arm/parameter-not-allowed': 'A parameter has a value its declaration does not allow.',
  'arm/placeholder': 'A placeholder stands where a value belongs.',
  'arm/name-unknown': 'The name of a resource is not known; it is identified by its expression.',
  'arm/segment-count': 'The type and the name of a resource have a different number of segments.',
  'arm/malformed-resource': 'A resource is not written as templates write resources.',
  'arm/copy-limit': 'A copy loop has an impossible count.',
  'arm/link-not-followed': 'A linked template is not at hand; what it deploys is not known.',
  'arm/reference-to-absent': 'An expression refers to a resource whose condition is false.',
  'bicep/syntax': 'A statement of a Bicep file cannot be read; what it declares is not known.',
  'bicep/too-deep': 'An expression of a Bicep file is nested deeper than the limit.',
  'bicep/too-large': 'A Bicep file has more pieces than the limit; the rest was not read.',
  'bicep/unknown-name': 'A Bicep file uses a name that it does not declare; its value is unknown.',
  'bicep/defined-twice': 'A Bicep file declares a name twice; the first declaration counts.',
  'bicep/not-understood':
    'Something in a Bicep file stands where it has no meaning; its value is unknown.',
  'bicep/file-not-read':
    'A file that a Bicep file imports or loads is not at hand; what it holds is unknown.',
  'bicep/parameters-ambiguous':
    'Several parameter files are written for one Bicep file; none of them was used.',
  'terraform/state-version': 'A Terraform state is of a version that is not read.',
  'terraform/malformed-resource':
    'An entry of a plan or a state is not written as Terraform writes resources; it is left out.',
  'terraform/plan-incomplete':
    'A Terraform plan does not cover the whole configuration; what it leaves out is not known.',
  'terraform/drift':
    'Something changed outside Terraform since its last apply; what the plan makes of it counts.',
  'terraform/syntax': 'A Terraform file cannot be read from here on; reading goes on after it.',
  'terraform/too-deep': 'Expressions, values or modules are nested deeper than the limit.',
  'terraform/budget': 'The configuration needs more work than the limit; the rest is unknown.',
  'terraform/cycle': 'A value of a configuration depends on itself.',
  'terraform/unknown-name':
    'An expression names a variable, local, resource or module that is not declared.',
  'terraform/unknown-function':
    'An expression calls a function we do not know; its value is unknown.',
  'terraform/evaluation-failed':
    'An expression cannot be evaluated; Terraform would refuse it too.',
  'terraform/variable-missing': 'A variable has no value and no default.',
  'terraform/variable-invalid': 'A variable has a value its type does not allow; it is unknown.',
  'terraform/variable-unused': 'A variable is given a value and not declared.',
  'terraform/duplicate': 'Something is declared or written twice; the first one counts.',
  'terraform/malformed-block': 'A block is not written as Terraform writes it; it is left out.',
  'terraform/file-not-found':
    'A file that an expression reads is not at hand; its text is unknown.',
  'yaml/syntax': 'The text is not YAML.',
  'yaml/duplicate-key': 'A mapping has the same key twice; the last one counts.',
  'yaml/alias-bomb': 'Aliases expand to more nodes than the limit.',
  'yaml/cycle': 'An alias refers to the value it is inside of; that value is unknown.',
  'yaml/too-deep': 'The value is nested deeper than the limit.',
  'config/invalid': 'sallyport.yaml has an entry that is not understood; it is left out.',
  'expect/invalid': 'perimeter.yaml has an entry that is not understood; it is left out.',
  'intent/invalid':
    'perimeter.yaml has an entry that is not understood; what it describes is left out.',
  'intent/address': 'A text of perimeter.yaml stands where a range belongs and is none.',
  'intent/address-overlap': 'Ranges of one address plan overlap.',
  'intent/subnet': 'A subnet of perimeter.yaml does not fit its network, or nothing needs it.',
  'intent/range-too-small': 'A range has no room for what the page puts into it.',
  'intent/unknown-name':
    'perimeter.yaml names a spoke, cluster or namespace that it does not describe.',
  'intent/defined-twice': 'Two entries of perimeter.yaml have one name.',
  'intent/target': 'The destination of an egress intent is not written as one.',
  'intent/not-together': 'Two settings of perimeter.yaml exclude each other.',
  'intent/contradiction': 'perimeter.yaml allows a flow that it also says must never arrive.',
  'intent/expired': 'An intent is past the last day it was wanted for.',
  'intent/residue':
    'The network policies of this engine cannot say all of an intent; another box narrows what they leave open.',
  'assumption/unused': 'An assumption names nothing in the input.',
  'assumption/not-an-address': 'What is assumed for an address is none; it is left out.',
  'export/no-identity': 'A resource of an export has no id; the one it is given is made up.',
  'export/partial': 'An export is one page of several; what the other pages hold is not known.',
  'export/not-understood': 'An item of an export is not a resource we can tell.',
  'live/not-read':
    'A part of what is deployed could not be read; what it allows or denies is not known.',
  'live/elsewhere': 'What was read leads to a subscription that was not read.',
  'kubernetes/no-name': 'A Kubernetes object has no name, or none that can be read.',
  'kubernetes/malformed': 'A Kubernetes object is not written as the API server accepts it.',
  'snapshot/defined-twice': 'One resource or object is defined at two places that differ.',
  'snapshot/two-scopes':
    'A template names no subscription or group, so what it declares is kept apart from what is deployed.',
  'snapshot/export-kept':
    'What is deployed differs from what a template or manifest says; what is deployed counts.',
  'trace/endpoint': 'An end of a traced flow is not an endpoint, or names nothing in the input.',
  'dataset/not-understood':
    'A data file given to replace a bundled list, or a part of it, cannot be read.',
  'policy/invalid':
    'A policy object is written in a way the API server refuses; whether the cluster has it is unknown.',
  'policy/unknown-field': 'A policy object has a field we do not know.',
  'service/annotation': 'A Service annotation has a value Azure does not understand.',
  'rehearse/empty-variable':
    'A variable of the rehearsed script was empty where a command needs a value.',
  'rehearse/extension-missing':
    'The rehearsed script needs an extension of the CLI that is not installed.',
  'rehearse/program-missing': 'The rehearsed script calls a program that is not there.',
  'rehearse/ssh-key-missing':
    'The rehearsed script makes a cluster, and there is no SSH key to give it.',
  'rehearse/refused':
    'The local endpoint refused what the rehearsed script asked for, as Azure would.',
  'model/wrong-type': 'A value has the wrong type; it is unknown.',
  'model/not-a-choice': 'A value is not one of those Azure knows; it is unknown.',
  'model/missing': 'Something that Azure requires is not written; it is unknown.',
  'model/malformed-address': 'A text stands where an address belongs and is none; it is unknown.',
  'model/malformed-port': 'A text stands where a port belongs and is none; it is unknown.',
  'model/port-out-of-range': 'A port is beyond what Azure accepts.',
  'model/host-bits': 'A CIDR has bits set beyond its length.',
  'model/reference-without-id':
    'A resource is written where a reference belongs; what it refers to is unknown.',
  'model/value-unknown':
    'A value that decides something is not known; the message says what is assumed.',
  'model/parent-missing': 'A child resource is in the input and its parent is not.',
  'firewall/priority-out-of-range': 'A firewall priority is beyond 100 to 65000.',
  'firewall/priority-duplicate':
    'Two collections or groups have one priority; their order is not documented.',
  'firewall/collection-unreadable':
    'The kind of a rule collection cannot be told; it may match anything.',
  'firewall/mixed-rules': 'A rule collection mixes kinds of rules; Azure refuses it.',
  'firewall/action': 'The action of a rule collection does not fit its rules.',
  'firewall/no-source': 'A firewall rule has no source; it matches nothing.',
  'firewall/no-destination': 'A firewall rule has no destination; it matches nothing.',
  'firewall/several-destinations': 'A firewall rule has destinations of several kinds.',
  'firewall/address-kind': 'A firewall rule names a kind of address where Azure does not take it.',
  'firewall/port-out-of-range': 'A port in a firewall rule is beyond what Azure accepts.',
  'firewall/fqdn-wildcard':
    'A name in a firewall rule has an asterisk where Azure does not take it.',
  'firewall/url': 'A target URL is not written as Azure takes it.',
  'firewall/protocol': 'A DNAT rule names a protocol that is not translated.',
  'firewall/translation': 'A DNAT rule must have an address or a name to translate to, not both.',
  'firewall/old-rule-groups': 'A policy is in its form before May 2020; its rules are not read.',
  'firewall/policy-and-classic': 'A firewall with a policy has rules of its own; they do nothing.',
  'firewall/group-missing': 'A policy lists a rule collection group that is not in the input.',
  'nsg/priority-out-of-range': 'The priority of a security rule is beyond 100 to 4096.',
  'nsg/priority-duplicate':
    'Two security rules of one direction have one priority; Azure refuses that.',
  'resource/unknown-type': 'A resource has a type whose shape is not bundled; it is not checked.',
  'resource/unknown-version': 'An API version of a resource type does not exist.',
  'resource/other-version':
    'The shape of an API version is not bundled; the resource is checked by another version.',
  'resource/required-missing': 'A property that Azure requires is missing.',
  'resource/unknown-property': 'A property is not in the published type.',
  'resource/read-only': 'A property that only Azure writes is set.',
  'resource/wrong-type': 'A value has another type than the published one.',
  'resource/not-a-choice': 'A text is none of those the published type lists.',
  'resource/pattern': 'A text does not fit the pattern of the published type.',
  'resource/length': 'A text or a list is shorter or longer than the published type allows.',
  'resource/range': 'A number is outside the range of the published type.',
  'resource/discriminator': 'It cannot be told which alternative of a type a value is.',
  'resource/name': 'A resource has a name that Azure refuses.',
  'resource/subnet-size': 'A subnet is too small for the service it is named for.',
  'resource/priority-duplicate': 'Two parts of a resource have one priority; Azure refuses that.',
  'resource/name-duplicate': 'Two parts of a resource have one name; Azure refuses that.',
  'plan/cycle': 'Resources need each other; the plan says how it was broken.',
  'plan/reference-unresolved':
    'An id names a part of a resource, and the resource has no part of that name.',
  'plan/scope': 'A resource lies where resources of its type cannot be.',
  'plan/too-large': 'A file has more resources or parameters than Azure takes in one deployment.',
  'kubernetes/wrong-type':
    'A field of a manifest has the wrong type; the API server would refuse it.',
  'kubernetes/not-a-choice': 'A field of a manifest is not one of the values Kubernetes knows.',
  'logs/broken-line': 'A line of a log cannot be read; it is kept aside with its place.',
  'logs/line-too-long':
    'A line of a log is longer than the limit; its start is kept, the lines after it are read.',
  'logs/cut-off': 'A log ends in the middle of a line or of a compressed block.',
  'logs/encoding': 'A log is not UTF-8; it was decoded as stated.',
  'logs/not-a-log': 'A file holds nothing that is written as a log we know.',
  'logs/unknown-category': 'Records are of a diagnostic category that is not decoded.',
  'logs/unknown-field': 'Records have fields we do not know; they are kept beside the columns.',
  'logs/time-zone': 'Times of a log do not say of which zone they are; they were read as stated.',
  'logs/clock-jump': 'Times of a log go back by more than an hour, or are of no possible day.',
  'logs/both-forms':
    'Logs of a firewall are there as structured records and as text: each decision counts twice.',
  'logs/pod-history': 'A line of a history of pod addresses cannot be read; it was left out.',
  'logs/partial-result': 'The answer to a query over logs says that it is not complete.',
  'logs/not-read': 'A file or blob of logs could not be read, or only in part; the others were.',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
