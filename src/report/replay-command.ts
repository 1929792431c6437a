/** A command as a person would type it to see a walk again, in the folders they gave. */
export function replayCommand(replay: string, paths: readonly string[]): string {
  if (paths.length === 1 && paths[0] === '.') return replay;
  return [replay, ...paths.map(quoted)].join(' ');
}

/** For a POSIX shell; text that needs no quotes gets none. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
