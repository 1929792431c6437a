/** Ways of `sbin` that an ordinary person's shell leaves out. */
export function withSystemPaths(env: NodeJS.ProcessEnv): string {
  const paths = (env['PATH'] ?? '').split(':').filter((path) => path !== '');
  return [...new Set([...paths, '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'])].join(
    ':',
  );
}
