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
  /**
   * What configuration and protocols enumerate, and not what senders choose: few values, of which the same go together in record after
   * record. The store keeps such a combination once (src/logs/store/schema.ts). Where they are many, that is slower and no less right.
   */
  readonly isFew: boolean;
}

const of =
  <T extends ColumnType>(type: T, isFew: boolean) =>
  (name: string, ...also: readonly string[]): LogColumn<T> => ({ name, type, also, isFew });
const text = of('text', false);
const int = of('int', false);
const real = of('real', false);
const term = of('text', true);
const code = of('int', true);
const bool = of('bool', true);

/** Empty texts: logged, and no rule matched. Absent: the form does not say. */
const RULE = {
  policy: term('Policy'),
  ruleCollectionGroup: term('RuleCollectionGroup'),
  ruleCollection: term('RuleCollection'),
  rule: term('Rule'),
};
const DECISION = { action: term('Action'), actionReason: term('ActionReason') };
const SOURCE = {
  protocol: term('Protocol'),
  sourceIp: text('SourceIp'),
  sourcePort: int('SourcePort'),
};
/** Where those who send are the network's own, each under the same few rules day by day; what comes from the internet is none of these. */
const WORKLOAD = { ...SOURCE, sourceIp: term('SourceIp') };
const DESTINATION = {
  destinationIp: text('DestinationIp'),
  destinationPort: int('DestinationPort'),
};
const TRANSLATED = { translatedIp: text('TranslatedIp'), translatedPort: int('TranslatedPort') };

export const LOG_COLUMNS = {
  network: { ...WORKLOAD, ...DESTINATION, ...DECISION, ...RULE, icmpType: code('IcmpType') },
  application: {
    ...WORKLOAD,
    destinationPort: int('DestinationPort'),
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    ...DECISION,
    ...RULE,
    isTlsInspected: bool('IsTlsInspected'),
    webCategory: term('WebCategory'),
    isExplicitProxyRequest: bool('IsExplicitProxyRequest'),
  },
  dnat: { ...SOURCE, ...DESTINATION, ...TRANSLATED, ...RULE },
  threat: {
    ...SOURCE,
    ...DESTINATION,
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    action: term('Action'),
    threatDescription: text('ThreatDescription'),
    isTlsInspected: bool('IsTlsInspected'),
  },
  idps: {
    ...SOURCE,
    ...DESTINATION,
    action: term('Action'),
    signatureId: term('SignatureId'),
    signatureCategory: term('Category'),
    description: term('Description'),
    severity: code('Severity'),
  },
  dns: {
    sourceIp: term('SourceIp'),
    sourcePort: int('SourcePort'),
    queryId: int('QueryId'),
    queryType: term('QueryType'),
    queryClass: term('QueryClass'),
    queryName: text('QueryName'),
    protocol: term('Protocol'),
    requestSize: int('RequestSize'),
    dnssecOkBit: bool('DnssecOkBit'),
    edns0BufferSize: code('EDNS0BufferSize'),
    responseCode: term('ResponseCode'),
    responseFlags: term('ResponseFlags'),
    responseSize: int('ResponseSize'),
    requestDurationSecs: real('RequestDurationSecs'),
    errorNumber: code('ErrorNumber'),
    errorMessage: text('ErrorMessage'),
  },
  'resolve-failure': {
    fqdn: text('Fqdn'),
    error: text('Error'),
    serverIp: text('ServerIp'),
    serverPort: int('ServerPort'),
    ...RULE,
  },
  'flow-trace': { ...SOURCE, ...DESTINATION, flag: term('Flag'), ...DECISION },
  'fat-flow': { ...SOURCE, ...DESTINATION, flowRate: real('FlowRate') },
  'network-aggregation': {
    protocol: term('Protocol'),
    sourceIp: text('SourceIp'),
    ...DESTINATION,
    ...DECISION,
    ...RULE,
    isDefaultRule: bool('IsDefaultRule'),
    networkRuleCount: int('NetworkRuleCount'),
  },
  'application-aggregation': {
    protocol: term('Protocol'),
    sourceIp: text('SourceIp'),
    destinationPort: int('DestinationPort'),
    fqdn: text('Fqdn'),
    targetUrl: text('TargetUrl'),
    ...DECISION,
    ...RULE,
    applicationRuleCount: int('ApplicationRuleCount'),
  },
  'dnat-aggregation': {
    protocol: term('Protocol'),
    sourceIp: text('SourceIp'),
    ...TRANSLATED,
    ...RULE,
    natRuleCount: int('NatRuleCount'),
  },
  // Types are not confirmed by any public page: kept as texts (azure-firewall 8.2).
  'dns-flow': {
    msgType: term('MsgType'),
    protocol: term('Protocol'),
    queryMessage: text('QueryMessage'),
    queryTime: text('QueryTime'),
    responseTime: text('ResponseTime'),
    serverIp: text('ServerIp'),
    serverPort: int('ServerPort'),
    serverMessage: text('ServerMessage'),
    socketFamily: term('SocketFamily'),
    sourceIp: text('SourceIp'),
    sourcePort: int('SourcePort'),
  },
  // One record per tuple; counts are since the tuple before (azure-networking 5.6).
  'vnet-flow': {
    ...SOURCE,
    ...DESTINATION,
    protocolNumber: code('ProtocolNumber'),
    direction: term('FlowDirection'),
    state: term('FlowState'),
    encryption: term('FlowEncryption'),
    packetsSent: int('PacketsSent'),
    bytesSent: int('BytesSent'),
    packetsReceived: int('PacketsReceived'),
    bytesReceived: int('BytesReceived'),
    rule: term('Rule'),
    aclId: term('AclId'),
    macAddress: term('MacAddress'),
  },
  'gateway-access': {
    clientIp: text('ClientIp'),
    clientPort: int('ClientPort'),
    httpMethod: term('HttpMethod'),
    host: text('Host'),
    originalHost: text('OriginalHost'),
    requestUri: text('RequestUri'),
    requestQuery: text('RequestQuery'),
    originalRequestUriWithArgs: text('OriginalRequestUriWithArgs'),
    httpStatus: int('HttpStatus'),
    httpVersion: term('HttpVersion'),
    userAgent: text('UserAgent'),
    contentType: text('ContentType'),
    receivedBytes: int('ReceivedBytes'),
    sentBytes: int('SentBytes'),
    // Seconds in v2, milliseconds in v1 gateways, as logged.
    timeTaken: real('TimeTaken'),
    clientResponseTime: real('ClientResponseTime'),
    listenerName: term('ListenerName'),
    ruleName: term('RuleName'),
    backendPoolName: term('BackendPoolName'),
    backendSettingName: term('BackendSettingName'),
    serverRouted: text('ServerRouted'),
    serverStatus: int('ServerStatus'),
    serverResponseLatency: real('ServerResponseLatency'),
    upstreamSourcePort: int('UpstreamSourcePort'),
    sslEnabled: term('SslEnabled'),
    sslProtocol: term('SslProtocol'),
    sslCipher: term('SslCipher'),
    sslClientVerify: term('SslClientVerify'),
    wafMode: term('WafMode'),
    wafEvaluationTime: real('WafEvaluationTime'),
    errorInfo: term('ErrorInfo', 'error_info'),
    instanceId: term('InstanceId'),
    transactionId: text('TransactionId'),
  },
  waf: {
    clientIp: text('ClientIp'),
    clientPort: int('ClientPort'),
    hostname: text('Hostname'),
    requestUri: text('RequestUri'),
    action: term('Action'),
    ruleId: term('RuleId'),
    ruleSetType: term('RuleSetType'),
    ruleSetVersion: term('RuleSetVersion'),
    ruleGroup: term('RuleGroup'),
    message: term('Message'),
    detailedMessage: text('DetailedMessage', 'details.message'),
    detailedData: text('DetailedData', 'details.data'),
    fileDetails: term('FileDetails', 'details.file'),
    lineDetails: term('LineDetails', 'details.line'),
    site: term('Site'),
    policyId: term('PolicyId'),
    policyScope: term('PolicyScope'),
    policyScopeName: term('PolicyScopeName'),
    instanceId: term('InstanceId'),
    transactionId: text('TransactionId'),
  },
  hubble: {
    ...SOURCE,
    ...DESTINATION,
    verdict: term('Verdict'),
    dropReason: term('DropReason'),
    direction: term('TrafficDirection'),
    isReply: bool('IsReply'),
    sourceNamespace: term('SourceNamespace'),
    sourcePod: text('SourcePod'),
    sourceWorkload: term('SourceWorkload'),
    destinationNamespace: term('DestinationNamespace'),
    destinationPod: text('DestinationPod'),
    destinationWorkload: term('DestinationWorkload'),
    // Names the destination's address was asked for, joined by commas.
    destinationNames: text('DestinationNames'),
    flags: term('Flags'),
    l7: text('L7'),
    node: term('NodeName'),
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
