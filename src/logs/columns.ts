/**
 * The columns of every kind of log, once: what the decoder looks for, what the store keeps, what KQL calls them. `name` is the
 * column of the Log Analytics table (azure-firewall 8.2); `also` are other spellings, compared without case, dots, underscores
 * and the `_s` of AzureDiagnostics.
 */
export type ColumnType = 'text' | 'int' | 'real' | 'bool';

export interface LogColumn<T extends ColumnType = ColumnType> {
  readonly name: string;
  readonly type: T;
  readonly also: readonly string[];
}

const of =
  <T extends ColumnType>(type: T) =>
  (name: string, ...also: readonly string[]): LogColumn<T> => ({ name, type, also });
const text = of('text');
const int = of('int');
const real = of('real');
const bool = of('bool');

/** Empty texts: logged, and no rule matched. Absent: the form does not say. */
const RULE = {
  policy: text('Policy'),
  ruleCollectionGroup: text('RuleCollectionGroup'),
  ruleCollection: text('RuleCollection'),
  rule: text('Rule'),
};
const DECISION = { action: text('Action'), actionReason: text('ActionReason') };
const SOURCE = {
  protocol: text('Protocol'),
  sourceIp: text('SourceIp'),
  sourcePort: int('SourcePort'),
};
const DESTINATION = {
  destinationIp: text('DestinationIp'),
  destinationPort: int('DestinationPort'),
};
const TRANSLATED = { translatedIp: text('TranslatedIp'), translatedPort: int('TranslatedPort') };

export const LOG_COLUMNS = {
  network: { ...SOURCE, ...DESTINATION, ...DECISION, ...RULE, icmpType: int('IcmpType') },
  application: {
    ...SOURCE,
    destinationPort: int('DestinationPort'),
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    ...DECISION,
    ...RULE,
    isTlsInspected: bool('IsTlsInspected'),
    webCategory: text('WebCategory'),
    isExplicitProxyRequest: bool('IsExplicitProxyRequest'),
  },
  dnat: { ...SOURCE, ...DESTINATION, ...TRANSLATED, ...RULE },
  threat: {
    ...SOURCE,
    ...DESTINATION,
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    action: text('Action'),
    threatDescription: text('ThreatDescription'),
    isTlsInspected: bool('IsTlsInspected'),
  },
  idps: {
    ...SOURCE,
    ...DESTINATION,
    action: text('Action'),
    signatureId: text('SignatureId'),
    signatureCategory: text('Category'),
    description: text('Description'),
    severity: int('Severity'),
  },
  dns: {
    sourceIp: text('SourceIp'),
    sourcePort: int('SourcePort'),
    queryId: int('QueryId'),
    queryType: text('QueryType'),
    queryClass: text('QueryClass'),
    queryName: text('QueryName'),
    protocol: text('Protocol'),
    requestSize: int('RequestSize'),
    dnssecOkBit: bool('DnssecOkBit'),
    edns0BufferSize: int('EDNS0BufferSize'),
    responseCode: text('ResponseCode'),
    responseFlags: text('ResponseFlags'),
    responseSize: int('ResponseSize'),
    requestDurationSecs: real('RequestDurationSecs'),
    errorNumber: int('ErrorNumber'),
    errorMessage: text('ErrorMessage'),
  },
  'resolve-failure': {
    fqdn: text('Fqdn'),
    error: text('Error'),
    serverIp: text('ServerIp'),
    serverPort: int('ServerPort'),
    ...RULE,
  },
  'flow-trace': { ...SOURCE, ...DESTINATION, flag: text('Flag'), ...DECISION },
  'fat-flow': { ...SOURCE, ...DESTINATION, flowRate: real('FlowRate') },
  'network-aggregation': {
    protocol: text('Protocol'),
    sourceIp: text('SourceIp'),
    ...DESTINATION,
    ...DECISION,
    ...RULE,
    isDefaultRule: bool('IsDefaultRule'),
    networkRuleCount: int('NetworkRuleCount'),
  },
  'application-aggregation': {
    protocol: text('Protocol'),
    sourceIp: text('SourceIp'),
    destinationPort: int('DestinationPort'),
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    ...DECISION,
    ...RULE,
    applicationRuleCount: int('ApplicationRuleCount'),
  },
  'dnat-aggregation': {
    protocol: text('Protocol'),
    sourceIp: text('SourceIp'),
    ...TRANSLATED,
    ...RULE,
    natRuleCount: int('NatRuleCount'),
  },
  // Types are not confirmed by any public page: kept as texts (azure-firewall 8.2).
  'dns-flow': {
    msgType: text('MsgType'),
    protocol: text('Protocol'),
    queryMessage: text('QueryMessage'),
    queryTime: text('QueryTime'),
    responseTime: text('ResponseTime'),
    serverIp: text('ServerIp'),
    serverPort: int('ServerPort'),
    serverMessage: text('ServerMessage'),
    socketFamily: text('SocketFamily'),
    sourceIp: text('SourceIp'),
    sourcePort: int('SourcePort'),
  },
  // One record per tuple; counts are since the tuple before (azure-networking 5.6).
  'vnet-flow': {
    ...SOURCE,
    ...DESTINATION,
    protocolNumber: int('ProtocolNumber'),
    direction: text('FlowDirection'),
    state: text('FlowState'),
    encryption: text('FlowEncryption'),
    packetsSent: int('PacketsSent'),
    bytesSent: int('BytesSent'),
    packetsReceived: int('PacketsReceived'),
    bytesReceived: int('BytesReceived'),
    rule: text('Rule'),
    aclId: text('AclId'),
    macAddress: text('MacAddress'),
  },
  'gateway-access': {
    clientIp: text('ClientIp'),
    clientPort: int('ClientPort'),
    httpMethod: text('HttpMethod'),
    host: text('Host'),
    originalHost: text('OriginalHost'),
    requestUri: text('RequestUri'),
    requestQuery: text('RequestQuery'),
    originalRequestUriWithArgs: text('OriginalRequestUriWithArgs'),
    httpStatus: int('HttpStatus'),
    httpVersion: text('HttpVersion'),
    userAgent: text('UserAgent'),
    contentType: text('ContentType'),
    receivedBytes: int('ReceivedBytes'),
    sentBytes: int('SentBytes'),
    // Seconds in v2, milliseconds in v1 gateways, as logged.
    timeTaken: real('TimeTaken'),
    clientResponseTime: real('ClientResponseTime'),
    listenerName: text('ListenerName'),
    ruleName: text('RuleName'),
    backendPoolName: text('BackendPoolName'),
    backendSettingName: text('BackendSettingName'),
    serverRouted: text('ServerRouted'),
    serverStatus: int('ServerStatus'),
    serverResponseLatency: real('ServerResponseLatency'),
    upstreamSourcePort: int('UpstreamSourcePort'),
    sslEnabled: text('SslEnabled'),
    sslProtocol: text('SslProtocol'),
    sslCipher: text('SslCipher'),
    sslClientVerify: text('SslClientVerify'),
    wafMode: text('WafMode'),
    wafEvaluationTime: real('WafEvaluationTime'),
    errorInfo: text('ErrorInfo', 'error_info'),
    instanceId: text('InstanceId'),
    transactionId: text('TransactionId'),
  },
  waf: {
    clientIp: text('ClientIp'),
    clientPort: int('ClientPort'),
    hostname: text('Hostname'),
    requestUri: text('RequestUri'),
    action: text('Action'),
    ruleId: text('RuleId'),
    ruleSetType: text('RuleSetType'),
    ruleSetVersion: text('RuleSetVersion'),
    ruleGroup: text('RuleGroup'),
    message: text('Message'),
    detailedMessage: text('DetailedMessage', 'details.message'),
    detailedData: text('DetailedData', 'details.data'),
    fileDetails: text('FileDetails', 'details.file'),
    lineDetails: text('LineDetails', 'details.line'),
    site: text('Site'),
    policyId: text('PolicyId'),
    policyScope: text('PolicyScope'),
    policyScopeName: text('PolicyScopeName'),
    instanceId: text('InstanceId'),
    transactionId: text('TransactionId'),
  },
  hubble: {
    ...SOURCE,
    ...DESTINATION,
    verdict: text('Verdict'),
    dropReason: text('DropReason'),
    direction: text('TrafficDirection'),
    isReply: bool('IsReply'),
    sourceNamespace: text('SourceNamespace'),
    sourcePod: text('SourcePod'),
    sourceWorkload: text('SourceWorkload'),
    destinationNamespace: text('DestinationNamespace'),
    destinationPod: text('DestinationPod'),
    destinationWorkload: text('DestinationWorkload'),
    // Names the destination's address was asked for, joined by commas.
    destinationNames: text('DestinationNames'),
    flags: text('Flags'),
    l7: text('L7'),
    node: text('NodeName'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, LogColumn>>>>;

export type LogKind = keyof typeof LOG_COLUMNS;

export const LOG_KINDS = Object.keys(LOG_COLUMNS) as readonly LogKind[];

/** The table each kind has in Log Analytics and the diagnostic category that fills it. */
export const LOG_TABLES: Readonly<
  Record<LogKind, { readonly table: string; readonly category: string }>
> = {
  network: { table: 'AZFWNetworkRule', category: 'AZFWNetworkRule' },
  application: { table: 'AZFWApplicationRule', category: 'AZFWApplicationRule' },
  dnat: { table: 'AZFWNatRule', category: 'AZFWNatRule' },
  threat: { table: 'AZFWThreatIntel', category: 'AZFWThreatIntel' },
  idps: { table: 'AZFWIdpsSignature', category: 'AZFWIdpsSignature' },
  dns: { table: 'AZFWDnsQuery', category: 'AZFWDnsQuery' },
  // Two tables whose names differ from their categories (azure-firewall 8.1).
  'resolve-failure': {
    table: 'AZFWInternalFqdnResolutionFailure',
    category: 'AZFWFqdnResolveFailure',
  },
  'dns-flow': { table: 'AZFWDnsFlowTrace', category: 'AZFWDnsAdditional' },
  'flow-trace': { table: 'AZFWFlowTrace', category: 'AZFWFlowTrace' },
  'fat-flow': { table: 'AZFWFatFlow', category: 'AZFWFatFlow' },
  'network-aggregation': {
    table: 'AZFWNetworkRuleAggregation',
    category: 'AZFWNetworkRuleAggregation',
  },
  'application-aggregation': {
    table: 'AZFWApplicationRuleAggregation',
    category: 'AZFWApplicationRuleAggregation',
  },
  'dnat-aggregation': { table: 'AZFWNatRuleAggregation', category: 'AZFWNatRuleAggregation' },
  // Flow logs and Hubble have no table of their own; the names are those of the streams.
  'vnet-flow': { table: 'FlowLogFlowEvent', category: 'FlowLogFlowEvent' },
  'gateway-access': { table: 'AGWAccessLogs', category: 'ApplicationGatewayAccessLog' },
  waf: { table: 'AGWFirewallLogs', category: 'ApplicationGatewayFirewallLog' },
  hubble: { table: 'Hubble', category: 'Hubble' },
};
