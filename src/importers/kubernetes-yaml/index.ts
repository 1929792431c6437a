export * from './import-kubernetes.ts';
export * from './kustomization.ts';
export * from './parse-yaml.ts';
export * from './template-text.ts';
