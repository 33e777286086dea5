// The `_metadata` file of a checkpoint: which state lies where, and what the enumerators knew. JSON with a header line of
// format, version and SHA-256, so that a damaged or foreign file is told from a good one. Paths are relative to the
// checkpoint's directory: a moved directory restores. Pure.
import { createHash } from 'node:crypto';
import type { OperatorStateHandles } from '#cluster/messages/slot-messages';
import { JobManagerError } from '#jobmanager/errors';

export const CHECKPOINT_METADATA_FILE = '_metadata';
const FORMAT = 'millrace-checkpoint';
const VERSION = 1;

export interface EnumeratorState {
  readonly operatorId: string;
  /** msgpackr bytes in base64. */
  readonly state: string;
}

export interface CheckpointMetadata {
  readonly checkpointId: number;
  readonly jobId: string;
  readonly jobName: string;
  /** Epoch ms of the trigger. */
  readonly timestamp: number;
  readonly operators: readonly OperatorStateHandles[];
  readonly enumerators: readonly EnumeratorState[];
}

export function encodeCheckpointMetadata(metadata: CheckpointMetadata): Uint8Array {
  const body = JSON.stringify(metadata);
  return Buffer.from(`${FORMAT} ${VERSION} ${digest(body)}\n${body}\n`, 'utf8');
}

/** Throws CHECKPOINT_METADATA_DAMAGED or CHECKPOINT_VERSION_UNSUPPORTED; `path` is for the message. */
export function decodeCheckpointMetadata(bytes: Uint8Array, path: string): CheckpointMetadata {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const lineEnd = text.indexOf('\n');
  const [format, version, sum] = text.slice(0, Math.max(0, lineEnd)).split(' ');
  if (format !== FORMAT) throw damaged(path, 'it does not start as a checkpoint of Millrace');
  if (Number(version) !== VERSION) {
    throw new JobManagerError('CHECKPOINT_VERSION_UNSUPPORTED', `${path} is of version ${version}, this engine reads version ${VERSION}: restore with the engine that wrote it`);
  }
  const body = text.slice(lineEnd + 1, -1);
  if (!text.endsWith('\n') || digest(body) !== sum) throw damaged(path, 'its checksum does not match');
  return JSON.parse(body) as CheckpointMetadata;
}

function damaged(path: string, why: string): JobManagerError {
  return new JobManagerError('CHECKPOINT_METADATA_DAMAGED', `${path} cannot be used (${why}): restore from another checkpoint`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
