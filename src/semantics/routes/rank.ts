/**
 * Who wins among routes for one prefix: lower wins (AZN-08, AZN-16). User routes beat gateway routes and those beat
 * system routes, but the system routes to connected networks and service endpoints stand above the gateway.
 */
export const RANK = {
  userCidr: 0,
  /** Plus `tagPrecedence`: 1…4. */
  userTag: 1,
  systemConnected: 5,
  gateway: 6,
  systemOther: 7,
} as const;
