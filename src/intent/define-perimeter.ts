import type { Diagnostic } from '../diagnostics/index.ts';
import { type Expanded, type ExpandOptions, expand } from './expand/expand.ts';
import { placesOfBuilt } from './places.ts';
import { diagnosed } from './problem.ts';
import { checkPage } from './read-page.ts';
import type { Perimeter } from './schema/page.ts';

/** A page built by code instead of written: the same schema, the same expansion. */
export interface DefinedPerimeter {
  /** The page, ready to be written as YAML or JSON; `undefined` when it is no page. */
  readonly page: Perimeter | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly expand: (options: ExpandOptions) => Expanded;
}

/** The type checks the form while it is written; values are checked here, as those of a file are. */
export function definePerimeter(page: Perimeter): DefinedPerimeter {
  const { page: read, problems } = checkPage(page);
  const places = placesOfBuilt();
  const diagnostics = diagnosed(problems, places);
  return {
    page: read,
    diagnostics,
    expand: (options) =>
      read === undefined
        ? { resources: [], objects: [], diagnostics }
        : expand(read, places, options),
  };
}
