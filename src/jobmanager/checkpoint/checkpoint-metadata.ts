// The `_metadata` file of a checkpoint: which state lies where, and what the enumerators knew. JSON with a header line of
// format, version and SHA-256, so that a damaged or foreign file is told from a good one. Paths are relative to the
// checkpoint's directory: a moved directory restores. Pure.
import { createHash } from 'node:crypto';
import type { OperatorStateHandles, SharedFileHandle } from '#cluster/messages/slot-messages';
import type { StateFilePlaces } from '#state/checkpoint-storage/state-file';
import { JobManagerError } from '#jobmanager/errors';

export const CHECKPOINT_METADATA_FILE = '_metadata';
const FORMAT = 'millrace-checkpoint';
const VERSION = 2;
/** Had neither inlined nor shared files. */
const FIRST_VERSION = 1;

export interface EnumeratorState {
  readonly operatorId: string;
  /** msgpackr bytes in base64. */
  readonly state: string;
}

export interface CheckpointMetadata extends StateFilePlaces {
  readonly checkpointId: number;
  readonly jobId: string;
  readonly jobName: string;
  /** Epoch ms of the trigger. */
  readonly timestamp: number;
  readonly operators: readonly OperatorStateHandles[];
  readonly enumerators: readonly EnumeratorState[];
  /** Files beside the state files that they refer to; other checkpoints may need them too. */
  readonly sharedFiles: readonly SharedFileHandle[];
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
  if (Number(version) !== VERSION && Number(version) !== FIRST_VERSION) {
    throw new JobManagerError('CHECKPOINT_VERSION_UNSUPPORTED', `${path} is of version ${version}, this engine reads versions ${FIRST_VERSION} to ${VERSION}: restore with the engine that wrote it`);
  }
  const body = text.slice(lineEnd + 1, -1);
  if (!text.endsWith('\n') || digest(body) !== sum) throw damaged(path, 'its checksum does not match');
  const { inlined = {}, sharedFiles = [], ...rest } = JSON.parse(body) as Omit<CheckpointMetadata, 'inlined' | 'sharedFiles'> & Partial<CheckpointMetadata>;
  return { ...rest, inlined, sharedFiles };
}

function damaged(path: string, why: string): JobManagerError {
  return new JobManagerError('CHECKPOINT_METADATA_DAMAGED', `${path} cannot be used (${why}): restore from another checkpoint`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
