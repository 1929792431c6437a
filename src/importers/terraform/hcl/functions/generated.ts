import { unknownAt } from '../../../arm-template/unknowns.ts';
import {
  ANY_NUMBER,
  type FunctionTable,
  type HclFunction,
  tolerant,
} from '../evaluate/hcl-function.ts';
import { symbolOfCall, writtenText } from '../evaluate/unknowns.ts';

/** The same arguments give the same text, which is not worked out here. */
const digest: HclFunction = tolerant(1, ANY_NUMBER, (list, call) => {
  const text = writtenText(call.expression, call.scope);
  const missing = `what ${call.name} makes of its arguments`;
  return unknownAt(call.at, 'generated-name', text, missing, symbolOfCall(call.name, list));
});

/** Another text each time it is asked. */
const generated: HclFunction = tolerant(0, ANY_NUMBER, (_, call) => {
  const text = writtenText(call.expression, call.scope);
  return unknownAt(call.at, 'run-time', text, `what ${call.name} gives when it is applied`);
});

/** Checksums, identifiers and times: none of them decides where a packet goes. */
export const GENERATED_FUNCTIONS: FunctionTable = {
  ...Object.fromEntries(
    [
      'md5',
      'sha1',
      'sha256',
      'sha512',
      'base64sha256',
      'base64sha512',
      'base64gzip',
      'textencodebase64',
      'textdecodebase64',
      'filemd5',
      'filesha1',
      'filesha256',
      'filesha512',
      'filebase64sha256',
      'filebase64sha512',
      'uuidv5',
      'rsadecrypt',
      'formatdate',
      'timeadd',
      'timecmp',
    ].map((name) => [name, digest]),
  ),
  ...Object.fromEntries(
    ['uuid', 'bcrypt', 'timestamp', 'plantimestamp'].map((name) => [name, generated]),
  ),
};
