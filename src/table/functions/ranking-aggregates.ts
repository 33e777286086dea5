// Functions of OVER windows: ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST, NTILE, LAG, LEAD. Rows come in the order of
// the window. RANK and siblings get the values of ORDER BY as arguments; where a result depends on the size of the partition,
// whoever runs them sets `partitionSize` before it asks for values.
import { FunctionError } from '#table/errors';
import { accumulatorOf, aggregate } from '#table/functions/aggregate-definition';
import type { AggregateFunctionDefinition, AggregateImplementation } from '#table/functions/function-definition';
import { Arguments, refuse, Results } from '#table/functions/function-signature';
import { canCastImplicitly } from '#table/types/cast-support';
import { LogicalTypes, notNull, nullable, withNullability, type LogicalType } from '#table/types/logical-type';
import { isInteger } from '#table/types/type-families';
import { hashKey } from '#table/values/value-equality';

const BIGINT = notNull(LogicalTypes.BIGINT);

interface RankState {
  /** Rows so far. */
  count: number;
  rank: number;
  denseRank: number;
  /** Rows up to the last peer: known once the next group has begun. */
  lastKey: string | null;
  partitionSize: number;
}

function bindRank(types: readonly LogicalType[], valueOf: (state: RankState) => number): AggregateImplementation<RankState> {
  const keysOf = types.map((type) => hashKey(type));
  return {
    accumulator: accumulatorOf({ count: BIGINT, rank: BIGINT, denseRank: BIGINT, lastKey: LogicalTypes.STRING, partitionSize: BIGINT }),
    create: () => ({ count: 0, rank: 0, denseRank: 0, lastKey: null, partitionSize: 0 }),
    accumulate: (state, _views, ...values) => {
      const key = values.map((value, index) => `${typeof value}:${String(keysOf[index]?.(value) ?? value)}`).join('\u0000');
      state.count += 1;
      if (state.lastKey === key && state.count > 1) return;
      state.lastKey = key;
      state.rank = state.count;
      state.denseRank += 1;
    },
    getValue: valueOf,
  };
}

function rank(name: string, type: LogicalType, valueOf: (state: RankState) => number): AggregateFunctionDefinition {
  return aggregate(name, { arguments: [], rest: Arguments.ANY, result: Results.notNull(type) }, (call) => bindRank(call.argumentTypes, valueOf), { isOverOnly: true, isOrderSensitive: true });
}

/** Tiles of equal size; the first ones have a row more where they do not divide evenly. */
const tile = aggregate('NTILE', (call) => {
  const [count] = call.argumentTypes;
  if (count === undefined || call.argumentTypes.length !== 1 || !isInteger(count)) return { supportedForms: ['NTILE(<INTEGER>)'] };
  if (typeof call.literals[0] === 'number' && call.literals[0] <= 0) return refuse('Argument of NTILE function must be a positive integer');
  return { argumentTypes: call.argumentTypes, resultType: BIGINT };
}, () => ({
  accumulator: accumulatorOf({ count: BIGINT, tiles: BIGINT, partitionSize: BIGINT }),
  create: () => ({ count: 0, tiles: 0, partitionSize: 0 }),
  accumulate: (state, _views, tiles) => {
    if (tiles === null || tiles <= 0) throw new FunctionError('Argument of NTILE function must be a positive integer');
    state.tiles = Number(tiles);
    state.count += 1;
  },
  getValue: ({ count, tiles, partitionSize }) => {
    const size = Math.floor(partitionSize / tiles);
    const larger = partitionSize - size * tiles;
    const inLarger = larger * (size + 1);
    return count <= inLarger ? Math.ceil(count / (size + 1)) : larger + Math.ceil((count - inLarger) / size);
  },
}), { isOverOnly: true, isOrderSensitive: true });

/**
 * A default that is never NULL makes the result NOT NULL, also where the value of the row that is meant is NULL: Flink shows the value
 * that stands for nothing there. Undefined for types without one, whose result may then be NULL.
 */
function placeholderOf(type: LogicalType): unknown {
  switch (type.kind) {
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': case 'FLOAT': case 'DOUBLE': case 'DATE': case 'TIME': case 'INTERVAL_YEAR_MONTH': case 'INTERVAL_DAY_TIME': return -1;
    case 'BOOLEAN': return false;
    case 'CHAR': case 'VARCHAR': return '';
    default: return undefined;
  }
}

/** LAG(value[, offset[, default]]): of the row so many before. LEAD is the same over the opposite order, which is up to whoever runs it. */
function shifted(name: string): AggregateFunctionDefinition {
  return aggregate(name, (call) => {
    const [value, offset, otherwise] = call.argumentTypes;
    if (value === undefined || call.argumentTypes.length > 3 || (offset !== undefined && !isInteger(offset))) return { supportedForms: [`${name}(<ANY>)`, `${name}(<ANY>, <INTEGER>)`, `${name}(<ANY>, <INTEGER>, <ANY>)`] };
    if (otherwise !== undefined && !canCastImplicitly(otherwise, nullable(value))) return refuse(`The default of ${name} must have the type of its value`);
    const types = [value, ...(offset === undefined ? [] : [offset]), ...(otherwise === undefined ? [] : [withNullability(value, otherwise.isNullable)])];
    return { argumentTypes: types, resultType: withNullability(value, otherwise === undefined || otherwise.isNullable || (value.isNullable && placeholderOf(value) === undefined)) };
  }, (call) => ({
    accumulator: accumulatorOf({ rows: notNull(LogicalTypes.ARRAY(nullable(call.argumentTypes[0]!))), offset: BIGINT, otherwise: nullable(call.argumentTypes[0]!) }),
    create: () => ({ rows: [], offset: 1, otherwise: null }),
    accumulate: (state, _views, value, offset = 1, otherwise = null) => {
      state.offset = Number(offset);
      state.otherwise = otherwise;
      state.rows.push(value);
      if (state.rows.length > state.offset + 1) state.rows.shift();
    },
    getValue: ({ rows, offset, otherwise }) => {
      const value = rows.length > offset ? rows[rows.length - 1 - offset] : otherwise;
      return value === null && !call.resultType.isNullable ? placeholderOf(call.resultType) : value;
    },
  }), { isOverOnly: true, isOrderSensitive: true });
}

export const RANKING_AGGREGATES: readonly AggregateFunctionDefinition[] = [
  rank('ROW_NUMBER', LogicalTypes.BIGINT, ({ count }) => count),
  rank('RANK', LogicalTypes.BIGINT, (state) => state.rank),
  rank('DENSE_RANK', LogicalTypes.BIGINT, (state) => state.denseRank),
  rank('PERCENT_RANK', LogicalTypes.DOUBLE, (state) => (state.partitionSize <= 1 ? 0 : (state.rank - 1) / (state.partitionSize - 1))),
  // The count at the last peer: values are asked for when the whole group of peers has come.
  rank('CUME_DIST', LogicalTypes.DOUBLE, (state) => (state.partitionSize === 0 ? 1 : state.count / state.partitionSize)),
  tile,
  shifted('LAG'),
  shifted('LEAD'),
];
