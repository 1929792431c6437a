/**
 * A client configuration in the form `aks get-credentials` merges. There is no cluster behind a rehearsal, so it points to
 * loopback, where nobody answers: a `kubectl` that is run by mistake changes nothing anywhere.
 */
export function kubeconfig(cluster: string, user: string, token: string): string {
  const name = JSON.stringify(cluster);
  const login = JSON.stringify(`${user}_${cluster}`);
  const context = JSON.stringify(user === 'clusterAdmin' ? `${cluster}-admin` : cluster);
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: https://127.0.0.1:1
    insecure-skip-tls-verify: false
users:
- name: ${login}
  user:
    token: ${JSON.stringify(token)}
contexts:
- name: ${context}
  context:
    cluster: ${name}
    user: ${login}
current-context: ${context}
preferences: {}
`;
}
