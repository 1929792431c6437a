/** What one gateway's logs need to be told in Azure's words: written by the plan beside the files of its nginx. */
export interface GatewayLogContext {
  /** Resource id of the gateway. */
  readonly resourceId: string;
  /** Azure counts instances from 0: `appgw_0`. */
  readonly instanceId: string;
  /** Access log, relative to this file. */
  readonly accessLog: string;
  readonly audits: readonly AuditLogContext[];
}

/** One audit log: of one policy where it is attached. */
export interface AuditLogContext {
  /** Relative to this file. */
  readonly auditLog: string;
  /** Empty for configuration inside the gateway. */
  readonly policyId: string;
  readonly scope: 'Global' | 'Listener' | 'Location';
  readonly scopeName: string;
  readonly mode: 'detection' | 'prevention';
  readonly customRules: readonly CustomRuleContext[];
  /** Other rules that end a request by themselves. */
  readonly blockingRules: readonly number[];
}

export interface CustomRuleContext {
  /** Number of the rule in ModSecurity. */
  readonly id: number;
  /** The person's name. */
  readonly name: string;
  readonly action: 'allow' | 'block' | 'log';
  /** In the order of the conditions. */
  readonly conditions: readonly {
    readonly variable: string;
    readonly selector?: string;
    readonly isNegated: boolean;
  }[];
}
