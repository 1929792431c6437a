import { stringify } from 'yaml';
import type { LearnAnswer } from '../evidence/index.ts';
import { counted, countWords } from './logs-page.ts';

/** Learned ways out as a part of a page of intent; what was left out stands before it as comments. Same input, same bytes. */
export function learnedYaml({ egress, leftOut, records, isCut, remarks }: LearnAnswer): string {
  const lines = [
    `# Learned from ${counted(records, 'logged connection')}. Read it, put it into perimeter.yaml, and prove it with`,
    '# `sallyport check` and `sallyport logs verify`.',
    ...(isCut ? ['# There were more kinds of flows than were read: the rarest are missing.'] : []),
    ...remarks.map((remark) => `# ${oneLine(remark)}`),
    ...(leftOut.length === 0 ? [] : ['# Seen, and not proposed:']),
    ...leftOut
      .slice(0, SHOWN)
      .map(
        ({ what, why, records: count }) =>
          `#   ${oneLine(`${what} (${countWords(count)}): ${why}`)}`,
      ),
    ...(leftOut.length > SHOWN ? [`#   and ${leftOut.length - SHOWN} more`] : []),
  ];
  return `${lines.join('\n')}\n${stringify({ egress }, { lineWidth: 110 })}`;
}

const SHOWN = 40;

/** A value of a log stays inside its comment. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
}
