// `savepoint`: the keyed states of one operator, in a checkpoint or savepoint, as a table: a row per key, a column per state.
import { baseColumns, identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { FunctionError, TableError } from '#table/errors';
import { RowsSource } from '#table/factories/rows-source';
import type { Snapshot, Snapshots } from '#table/factories/snapshots';
import { stateDecoder } from '#table/factories/state-values';
import { checkOptions, choiceOption } from '#table/factories/table-options';
import { INSERTS, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalType, type RowType } from '#table/types/logical-type';

const FIELD_OPTIONS = ['state-name', 'state-type'];
const SINGLE_KINDS = ['value', 'reducing', 'aggregating'];

interface StateColumn {
  readonly key: string;
  readonly column: string;
  readonly state: string;
  readonly type: LogicalType;
  /** What the state must be. */
  readonly stateType: 'value' | 'list' | 'map';
}

export const savepointConnector: TableConnector = {
  identifier: 'savepoint',
  createScan(table, options) {
    const names = baseColumns(table.schema).map(({ name }) => name);
    checkOptions(table, options, { required: ['state.path'], optional: ['state.backend.type', 'operator.uid', 'operator.uid.hash', ...names.flatMap((name) => FIELD_OPTIONS.map((option) => `fields.${name}.${option}`))] });
    const { all } = options;
    choiceOption(table, options, 'state.backend.type', ['hashmap', 'rocksdb'], 'hashmap');
    const [uid, hash] = [all['operator.uid'], all['operator.uid.hash']];
    if ((uid === undefined) === (hash === undefined)) refuse(table, 'Either operator.uid or operator.uid.hash must be provided, and not both');
    const keyColumn = keyColumnOf(table);
    return {
      kind: 'scan-source',
      changes: INSERTS,
      isBounded: true,
      createSource({ rowType, functions }) {
        const { snapshots } = functions;
        if (snapshots === undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'this table environment was made without a way to read savepoints');
        const question = { snapshots, path: all['state.path']!, operator: uid ?? hash!, keyColumn, rowType, columns: stateColumns(table, options, rowType, keyColumn) };
        return { source: new RowsSource('Savepoint Source', () => rowsOf(question)), parallelism: 1 };
      },
    };
  },
};

function keyColumnOf(table: ResolvedTable): string {
  const [column, ...others] = table.schema.primaryKey?.columns ?? [];
  return column !== undefined && others.length === 0 ? column : refuse(table, 'the primary key names the column of the key: PRIMARY KEY (k) NOT ENFORCED, with one column');
}

function stateColumns(table: ResolvedTable, options: TableOptions, rowType: RowType, keyColumn: string): readonly StateColumn[] {
  const keys = fieldKeys(rowType);
  return rowType.fields.flatMap(({ name, type }, index) => {
    if (name === keyColumn) return [];
    const usual = type.kind === 'ARRAY' ? 'list' : type.kind === 'MAP' ? 'map' : 'value';
    const stateType = choiceOption(table, options, `fields.${name}.state-type`, ['value', 'list', 'map'], usual);
    if (stateType === 'list' && type.kind !== 'ARRAY') refuse(table, `the column ${name} is ${type.kind}, a list state is an ARRAY`);
    if (stateType === 'map' && type.kind !== 'MAP') refuse(table, `the column ${name} is ${type.kind}, a map state is a MAP`);
    return [{ key: keys[index]!, column: name, state: options.all[`fields.${name}.state-name`] ?? name, type, stateType }];
  });
}

interface StateQuestion {
  readonly snapshots: Snapshots;
  readonly path: string;
  readonly operator: string;
  readonly keyColumn: string;
  readonly rowType: RowType;
  readonly columns: readonly StateColumn[];
}

/** In the order in which keys are met. A key has a row when one of the states holds something for it. */
async function rowsOf({ snapshots, path, operator, keyColumn, rowType, columns }: StateQuestion): Promise<readonly TableRow[]> {
  const snapshot = await snapshots.open(path);
  const { operatorId } = snapshot.operator(operator);
  const kinds = new Map((await snapshot.states()).filter((state) => state.operatorId === operatorId).map(({ name, kind }) => [name, kind]));
  const keyField = rowType.fields.findIndex(({ name }) => name === keyColumn);
  const decodeKey = stateDecoder(rowType.fields[keyField]!.type, keyColumn);
  const keyName = fieldKeys(rowType)[keyField]!;
  const rows = new Map<string, TableRow>();
  const empty: TableRow = Object.fromEntries(columns.map(({ key }) => [key, null]));
  for (const column of columns) {
    checkKind(column, kinds, operator, path);
    await readState(snapshot, operator, column, (stored) => {
      const id = JSON.stringify(stored, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part instanceof Uint8Array ? [...part] : part));
      let row = rows.get(id);
      if (row === undefined) rows.set(id, row = { ...empty, [keyName]: decodeKey(stored) });
      return row;
    });
  }
  return [...rows.values()];
}

function checkKind({ column, state, stateType }: StateColumn, kinds: ReadonlyMap<string, string>, operator: string, path: string): void {
  const kind = kinds.get(state);
  if (kind === undefined) throw new FunctionError(`the operator ${operator} has no state '${state}' in ${path}, which the column ${column} reads: it has ${[...kinds.keys()].join(', ')}; name another with 'fields.${column}.state-name'`);
  const found = SINGLE_KINDS.includes(kind) ? 'value' : kind;
  if (found !== stateType) throw new FunctionError(`the state '${state}' is a ${kind} state, the column ${column} reads a ${stateType} state: a value state has the type of its value, a list state is an ARRAY, a map state a MAP`);
}

async function readState(snapshot: Snapshot, operator: string, { key, column, state, type, stateType }: StateColumn, rowOf: (key: unknown) => TableRow): Promise<void> {
  const decode = stateDecoder(stateType === 'list' && type.kind === 'ARRAY' ? type.element : stateType === 'map' && type.kind === 'MAP' ? type.value : type, column);
  const decodeMapKey = type.kind === 'MAP' ? stateDecoder(type.key, column) : undefined;
  for await (const item of snapshot.rows(operator, state)) {
    const row = rowOf(item.key);
    if (stateType === 'value') row[key] = decode(item.value);
    else if (stateType === 'list') ((row[key] ??= []) as unknown[]).push(decode(item.value));
    else ((row[key] ??= new Map()) as Map<unknown, unknown>).set(decodeMapKey!(item.mapKey), decode(item.value));
  }
}

function refuse(table: ResolvedTable, problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `${problem} (table ${identifierText(table.identifier)})`);
}
