export {
  type ComparisonRules,
  firstDifference,
  pairItems,
  type Scalar,
  saysNothing,
} from './comparison.ts';
export { armRules, kubernetesRules } from './vendor-rules.ts';
