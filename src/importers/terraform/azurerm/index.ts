export {
  type ArmWording,
  type Attribute,
  AZURERM_TYPES,
  type AzurermType,
  type BlockAttribute,
  type Conversion,
  type Expectation,
  type Identity,
  type ValueAttribute,
  writeAttributes,
} from '../../../azurerm/index.ts';
export { armResourcesOf, type TerraformScope } from './arm-resources.ts';
export { azapiTypeOf } from './azapi.ts';
