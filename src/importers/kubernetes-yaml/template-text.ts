import { member, stringOf, type Value } from '../../values/index.ts';

/**
 * Is this the source of a Helm chart rather than a manifest? Braces inside quotes and blocks are none of our
 * business (alert texts, workflow parameters); braces that break the YAML, or stand in the identity of an object,
 * say that the text was never meant to be read as it is.
 */
export function looksLikeTemplate(
  documents: readonly { readonly value: Value | undefined; readonly text: string }[],
): boolean {
  return documents.some(({ value, text }) => {
    if (!text.includes('{{')) return false;
    return value === undefined ? hasAction(text) : hasTemplateIdentity(value);
  });
}

/** A template action where no quote or comment could hide it. GitHub's `${{ }}` is not one. */
function hasAction(text: string): boolean {
  return /^(?:[^#"'\n]*[^$#"'\n])?\{\{-?\s*(?:\.|\$|"|\/\*|[a-zA-Z])/m.test(text);
}

function hasTemplateIdentity(value: Value): boolean {
  const metadata = member(value, 'metadata');
  const identity = [member(value, 'kind'), member(metadata, 'name'), member(metadata, 'namespace')];
  return identity.some((part) => part?.kind === 'object' || (stringOf(part) ?? '').includes('{{'));
}
