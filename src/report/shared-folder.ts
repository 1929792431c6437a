import { type Location, locate, type Place } from '../diagnostics/index.ts';
import { isPlaceless, type Style, safe } from './style.ts';

/** The folder that all the files lie in, with its slash; empty when there is none to leave out. */
export function sharedFolder(files: readonly string[]): string {
  const [first = [], ...others] = [...new Set(files)].map((file) => file.split('/').slice(0, -1));
  const shared = others.reduce((common, parts) => {
    const differs = common.findIndex((part, index) => part !== parts[index]);
    return differs < 0 ? common : common.slice(0, differs);
  }, first);
  const folder = shared.map((part) => `${part}/`).join('');
  return folder === '/' ? '' : folder;
}

/** `main.bicep:12`, without the shared folder; the link leads to the whole path. Empty for a place that no file holds. */
export function shortPlace(style: Style, place: Place | undefined, folder: string): string {
  if (place === undefined || isPlaceless(place)) return '';
  const location: Location = locate(place);
  const { file, line } = location;
  const text = `${safe(file.startsWith(folder) ? file.slice(folder.length) : file)}:${line}`;
  return style.link === undefined ? text : style.link(text, location);
}
