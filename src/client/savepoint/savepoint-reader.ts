// Reads a checkpoint or savepoint as data: which operators and states it has, and their rows, typed by the schemas stored
// in it. In the spirit of Flink's state processor. Nothing is restored and nothing is written. Thread: any.
import { SnapshotFiles, type SnapshotDoors } from '#client/savepoint/snapshot-files';
import { statesOf, type SnapshotStateKind, type StateColumn, type StateRow } from '#client/savepoint/snapshot-states';
import { ClientError } from '#client/errors';
import { createNodePlatform } from '#client/platform';
import type { OperatorStateHandles } from '#cluster/messages/slot-messages';
import { formatType, type TypeInformation } from '#core/types/type-information';
import { storedTypeOf } from '#state/keyed/build-state';
import type { KeyedStateRow } from '#state/keyed/state-section-rows';
import type { StateDescriptor } from '#state/keyed/keyed-state';
import type { AggregatingStateDescriptor, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';

export interface SnapshotOperatorInfo {
  readonly operatorId: string;
  /** As the program set it; undefined where it set none, or the snapshot is of an older format. */
  readonly uid: string | undefined;
  readonly name: string | undefined;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

export interface SnapshotStateInfo {
  readonly operator: SnapshotOperatorInfo;
  readonly name: string;
  readonly kind: SnapshotStateKind;
  readonly columns: readonly StateColumn[];
  /** Over all subtasks, as stored. */
  readonly bytes: number;
}

export interface ReadOptions {
  /** Of keyed states: values are migrated to this type, as a restore would. */
  readonly type?: TypeInformation<any> | undefined; // any: the caller's type
}

/** Their items are counted over all subtasks. */
const ITEM_KINDS: readonly SnapshotStateKind[] = ['operator-list', 'union-list', 'internal'];

export class SavepointReader {
  readonly #files: SnapshotFiles;

  private constructor(files: SnapshotFiles) {
    this.#files = files;
  }

  /** @param path its directory or its `_metadata`. Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED. */
  static async read(path: string, doors: SnapshotDoors = createNodePlatform()): Promise<SavepointReader> {
    return new SavepointReader(await SnapshotFiles.open(doors, path));
  }

  get checkpointId(): number {
    return this.#files.metadata.checkpointId;
  }

  /** Absolute. */
  get directory(): string {
    return this.#files.directory;
  }

  get operators(): readonly SnapshotOperatorInfo[] {
    return this.#files.metadata.operators.map(operatorInfo);
  }

  /** @param operator uid, or id of 32 hex digits. Throws SNAPSHOT_OPERATOR_UNKNOWN. */
  operator(operator: string): SnapshotOperatorInfo {
    return operatorInfo(this.#files.operator(operator));
  }

  /** All states, operator by operator. Reads every file: rejects with SNAPSHOT_CORRUPT when one is damaged. */
  async states(): Promise<readonly SnapshotStateInfo[]> {
    const found = new Map<string, SnapshotStateInfo>();
    for (const operator of this.#files.metadata.operators) {
      const info = operatorInfo(operator);
      for await (const snapshot of this.#files.subtasks(operator)) {
        for (const { name, kind, columns, bytes } of statesOf(snapshot)) {
          const key = JSON.stringify([operator.operatorId, kind, name]);
          found.set(key, { operator: info, name, kind, columns, bytes: bytes + (found.get(key)?.bytes ?? 0) });
        }
      }
    }
    return [...found.values()];
  }

  /**
   * Rows of one state, subtask by subtask; one file is in memory at a time. @param operator uid, or id of 32 hex digits.
   * Rejects with SNAPSHOT_OPERATOR_UNKNOWN, SNAPSHOT_STATE_UNKNOWN, SNAPSHOT_CORRUPT, STATE_MIGRATION_UNSUPPORTED.
   */
  async *rows(operator: string, name: string, { type, kind }: ReadOptions & { readonly kind?: SnapshotStateKind } = {}): AsyncIterableIterator<StateRow> {
    const handles = this.#files.operator(operator);
    let isFound = false;
    let itemCount = 0;
    for await (const snapshot of this.#files.subtasks(handles)) {
      const states = statesOf(snapshot).filter((state) => state.name === name && (kind === undefined || state.kind === kind));
      // Every subtask has the whole of broadcast state.
      if (isFound && states[0]?.kind === 'broadcast') return;
      for (const state of states) {
        isFound = true;
        if (!ITEM_KINDS.includes(state.kind)) yield* state.rows(type);
        else for (const row of state.rows()) yield { ...row, index: itemCount++ };
      }
    }
    if (!isFound) throw new ClientError('SNAPSHOT_STATE_UNKNOWN', `the operator ${operator} has no ${kind ?? ''} state '${name}' in ${this.#files.directory}: list its states with millrace state ls`.replace('no  ', 'no '));
  }

  /** Rows of the state that a descriptor declares, its values as the descriptor's type has them. */
  readKeyedState<T>(operator: string, descriptor: ValueStateDescriptor<T> | ReducingStateDescriptor<T> | ListStateDescriptor<T>): AsyncIterableIterator<KeyedStateRow & { readonly value: T }>;
  readKeyedState<K, V>(operator: string, descriptor: MapStateDescriptor<K, V>): AsyncIterableIterator<KeyedStateRow & { readonly mapKey: K; readonly value: V }>;
  readKeyedState<IN, ACC, OUT>(operator: string, descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AsyncIterableIterator<KeyedStateRow & { readonly value: ACC }>;
  readKeyedState(operator: string, descriptor: StateDescriptor): AsyncIterableIterator<any> { // any: typed by the overloads
    return this.rows(operator, descriptor.name, { kind: descriptor.kind, type: storedTypeOf(descriptor) });
  }
}

export function operatorInfo({ operatorId, uid, name, parallelism, maxParallelism }: OperatorStateHandles): SnapshotOperatorInfo {
  return { operatorId, uid, name, parallelism, maxParallelism };
}

/** `key STRING, value LONG`. */
export function formatColumns(columns: readonly StateColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${formatType(type)}`).join(', ');
}
