import { stringify } from 'yaml';
import type { WorkloadPolicies } from '../evidence/workload-policies.ts';

/** Network policies as manifests; what they cannot say stands before them as comments. */
export function policiesYaml({ manifests, remarks }: WorkloadPolicies): string {
  const comments = remarks.map(
    (remark) => `# ${remark.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')}\n`,
  );
  const documents = manifests.map((manifest) => `---\n${stringify(manifest, { lineWidth: 110 })}`);
  return `${comments.join('')}${documents.join('')}`;
}
