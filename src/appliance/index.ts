export type * from './appliance.ts';
export { type ApplianceInput, compileAppliance } from './compile-appliance.ts';
export * from './marks.ts';
export { counterOf, TABLE as APPLIANCE_TABLE } from './nftables/table.ts';
export { mapEntries, mapText } from './proxy/map-text.ts';
export { type MapUpdate, proxyUpdate } from './proxy/proxy-update.ts';
export { APPLIANCE_SYSCTLS, PROXY_ROUTING } from './routing.ts';
export { type UlogdSite, ulogdText } from './ulogd-text.ts';
