import { type Diagnostic, locate, sourceText } from '../../diagnostics/index.ts';
import { parseJson } from '../../importers/json/index.ts';
import { isAbsent, member, path, stringOf, type Value } from '../../values/index.ts';
import { type ArmError, armError } from '../arm-error.ts';

/** What a client wants deployed. */
export interface DeploymentBody {
  readonly mode: 'Incremental' | 'Complete';
  readonly template: Value;
  readonly parameters: Value | undefined;
  /** Does the request hold this text? */
  readonly isWritten: (text: string) => boolean;
  /** Of a deployment to a subscription or above. */
  readonly location: string | undefined;
}

/** ARM takes templates up to 4 MB; the parameters come beside it. */
const TEXT_MAX = 12_000_000;

/**
 * Arm-endpoint 7: the CLI's body is not JSON. The key `template` has no quotes and the file's own text follows, comments,
 * line breaks inside strings and all. What is understood is placed, so that a message can say where in the request it is.
 */
export function parseDeploymentBody(text: string): DeploymentBody | ArmError {
  if (text.length > TEXT_MAX) {
    return armError(
      413,
      'RequestEntityTooLarge',
      `The size of the request is over the limit of ${TEXT_MAX} characters.`,
    );
  }
  const quoted = withQuotedKey(text);
  const { value, diagnostics } = parseJson(quoted, sourceText('template', quoted));
  const problem = diagnostics.find(({ severity }) => severity === 'error');
  if (problem !== undefined || value?.kind !== 'object') return malformed(problem);
  const properties = member(value, 'properties');
  const template = member(properties, 'template');
  if (template?.kind !== 'object') {
    const link = path(properties, 'templateLink');
    return armError(
      400,
      'InvalidTemplate',
      isAbsent(link)
        ? "Deployment template validation failed: 'The template is missing.'"
        : 'Unable to download the deployment content: this endpoint reaches no other host. Send the template itself.',
    );
  }
  const mode = stringOf(member(properties, 'mode')) ?? 'Incremental';
  if (!['incremental', 'complete'].includes(mode.toLowerCase())) {
    return armError(
      400,
      'InvalidDeploymentMode',
      `The deployment mode '${mode}' is not valid. It is 'Incremental' or 'Complete'.`,
    );
  }
  const parameters = member(properties, 'parameters');
  return {
    mode: mode.toLowerCase() === 'complete' ? 'Complete' : 'Incremental',
    template,
    parameters: isAbsent(parameters) ? undefined : parameters,
    isWritten: (part) => text.includes(part),
    location: stringOf(member(value, 'location')),
  };
}

/** Quotes the first bare `template` that stands where a key does. Strings and comments are passed over. */
function withQuotedKey(text: string): string {
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === '/' && text[index + 1] === '/') index = until(text, '\n', index);
    else if (character === '/' && text[index + 1] === '*') index = until(text, '*/', index) + 1;
    else if (character === 't' && /^template\s*:/.test(text.slice(index, index + 40))) {
      return `${text.slice(0, index)}"template"${text.slice(index + 'template'.length)}`;
    }
  }
  return text;
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

function until(text: string, end: string, start: number): number {
  const found = text.indexOf(end, start + 2);
  return found < 0 ? text.length : found;
}

function malformed(problem: Diagnostic | undefined): ArmError {
  const where = problem?.at === undefined ? undefined : locate(problem.at);
  const place = where === undefined ? '' : ` (line ${where.line}, column ${where.column})`;
  return armError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${problem?.message ?? 'it is not an object'}'${place}.`,
  );
}
