/** A path as a URI reference, relative where the path is: forward slashes, reserved characters escaped. */
export function fileUri(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const drive = /^[A-Za-z]:(?=\/)/.exec(path)?.[0] ?? '';
  const escaped = drive + path.slice(drive.length).split('/').map(encodeSegment).join('/');
  if (drive !== '') return `file:///${escaped}`;
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}

/** A lone surrogate, which a file name may hold and a URI may not, becomes the replacement character. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd'));
}
