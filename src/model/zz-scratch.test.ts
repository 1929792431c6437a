import { it } from 'vitest';
import { networkOf, privateEndpoint, subnetId, vnet, zone, id } from '../../tests/conformance/aks-fixture.ts';
it('x', () => {
  const n = networkOf([vnet('v','10.0.0.0/16',{pe:{addressPrefix:'10.0.1.0/24'}}),
   ...privateEndpoint('pe-kv',{id: subnetId('v','pe')},{id: id('Microsoft.KeyVault/vaults','kv1')},'vault',{address:'10.0.1.5',zone:'privatelink.vaultcore.azure.net'}),
   ...zone('privatelink.vaultcore.azure.net',['v'])]);
  console.log(JSON.stringify([...n.perimeter.privateEndpoints.values()],(k,v)=>k==='at'?undefined:typeof v==='bigint'?String(v):v,1));
  console.log(n.perimeter.diagnostics, n.perimeter.gaps);
});
