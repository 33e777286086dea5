// The state file of one subtask: the snapshots of all its operators. A header line of format, version and SHA-256, then
// msgpackr bytes. Invariant: bytes that were changed or cut are refused, never restored. Pure.
import { createHash } from 'node:crypto';
import { packAny, unpackAny } from '#core/serialization/any-codec';
import type { SubtaskId } from '#cluster/ids/ids';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { TaskManagerError } from '#taskmanager/errors';

const FORMAT = 'millrace-state';
const VERSION = 1;
const LINE_FEED = 10;

/** Name of the file in the checkpoint's directory. */
export function subtaskStateFile(subtaskId: SubtaskId): string {
  return `${subtaskId}.state`;
}

export function encodeSubtaskState(snapshots: ReadonlyMap<string, OperatorSnapshot>): Uint8Array {
  const body = packAny([...snapshots]);
  const header = Buffer.from(`${FORMAT} ${VERSION} ${digest(body)}\n`, 'latin1');
  return Buffer.concat([header, body]);
}

/** By operator id. Throws SNAPSHOT_READ_FAILED; `path` is for the message. */
export function decodeSubtaskState(bytes: Uint8Array, path: string): ReadonlyMap<string, OperatorSnapshot> {
  const lineEnd = bytes.indexOf(LINE_FEED);
  const [format, version, sum] = Buffer.from(bytes.subarray(0, Math.max(0, lineEnd))).toString('latin1').split(' ');
  const body = bytes.subarray(lineEnd + 1);
  if (format !== FORMAT || Number(version) !== VERSION) throw unreadable(path, `it is not a state file of version ${VERSION}`);
  if (digest(body) !== sum) throw unreadable(path, 'its checksum does not match');
  return new Map(unpackAny(body) as [string, OperatorSnapshot][]);
}

function unreadable(path: string, why: string): TaskManagerError {
  return new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be restored (${why}): restore from another checkpoint`);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
