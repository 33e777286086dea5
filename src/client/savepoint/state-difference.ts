// What lies between two snapshots, row by row, in the words of a changelog: rows that only the newer has (+I), that only the
// older has (-D), and those whose value has changed (-U, +U). Rows of one state of the older snapshot are held in memory.
import { Buffer } from 'node:buffer';
import type { SavepointReader, SnapshotStateInfo } from '#client/savepoint/savepoint-reader';
import type { StateRow } from '#client/savepoint/snapshot-states';
import { encodePlain } from '#core/serialization/plain-value';

export interface StateChange {
  readonly op: '+I' | '-U' | '+U' | '-D';
  /** Its uid, or its id. */
  readonly operator: string;
  readonly state: string;
  readonly row: StateRow;
}

/** Columns that say which row it is; the others are its value. */
const IDENTITY = ['key', 'mapKey', 'namespace', 'timestamp', 'start', 'end', 'index', 'keyGroup'] as const;

/** State by state, as they come in the newer snapshot, then those that only the older has. @param states that are compared. */
export async function* differenceOf(before: SavepointReader, after: SavepointReader, states: { readonly before: readonly SnapshotStateInfo[]; readonly after: readonly SnapshotStateInfo[] }): AsyncIterableIterator<StateChange> {
  const idOf = ({ operator, kind, name }: SnapshotStateInfo): string => JSON.stringify([operator.operatorId, kind, name]);
  const old = new Map(states.before.map((state) => [idOf(state), state]));
  for (const state of states.after) {
    const earlier = old.get(idOf(state));
    old.delete(idOf(state));
    yield* changesOf(state, earlier === undefined ? new Map() : await rowsByIdentity(before, earlier), after);
  }
  for (const state of old.values()) {
    for await (const row of rowsOf(before, state)) yield { op: '-D', ...nameOf(state), row };
  }
}

async function* changesOf(state: SnapshotStateInfo, old: Map<string, StateRow>, after: SavepointReader): AsyncIterableIterator<StateChange> {
  for await (const row of rowsOf(after, state)) {
    const identity = identityOf(row);
    const earlier = old.get(identity);
    old.delete(identity);
    if (earlier === undefined) yield { op: '+I', ...nameOf(state), row };
    else if (bytesOf(earlier) !== bytesOf(row)) {
      yield { op: '-U', ...nameOf(state), row: earlier };
      yield { op: '+U', ...nameOf(state), row };
    }
  }
  for (const row of old.values()) yield { op: '-D', ...nameOf(state), row };
}

function rowsOf(reader: SavepointReader, { operator, name, kind }: SnapshotStateInfo): AsyncIterableIterator<StateRow> {
  return reader.rows(operator.operatorId, name, { kind });
}

async function rowsByIdentity(reader: SavepointReader, state: SnapshotStateInfo): Promise<Map<string, StateRow>> {
  const rows = new Map<string, StateRow>();
  for await (const row of rowsOf(reader, state)) rows.set(identityOf(row), row);
  return rows;
}

function nameOf({ operator, name }: SnapshotStateInfo): { readonly operator: string; readonly state: string } {
  return { operator: operator.uid ?? operator.operatorId, state: name };
}

function identityOf(row: StateRow): string {
  return bytesOf(IDENTITY.map((column) => row[column] ?? null));
}

function bytesOf(value: unknown): string {
  return Buffer.from(encodePlain(value)).toString('latin1');
}
