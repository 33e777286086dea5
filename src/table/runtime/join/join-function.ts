// Regular join of two changelogs: every row meets the rows of the other side that are there, for ever. Inner, outer, semi and anti;
// the rules by which a row's arrival changes what outer rows stand for are those of Flink's StreamingJoinOperator.
// Invariant: the meetings counted with an outer row are the rows of the other side that it has been joined with. hot path.
import { keptRow, type RowView } from '#core/codegen/row-view';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { ViewListCell } from '#state/keyed/state-cells';
import type { Collector } from '#streaming/process/process-functions';
import { createJoinRows, type JoinRow, type JoinRows, type JoinSideShape } from '#table/runtime/join/join-rows';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface JoinOptions {
  readonly joinType: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI';
  readonly left: JoinSideShape;
  readonly right: JoinSideShape;
  /** Whether rows of the left and of the right input say their kind. */
  readonly hasKind: readonly [boolean, boolean];
  /** What the key does not decide; undefined = nothing. */
  readonly condition: ((left: TableRow, right: TableRow) => boolean) | undefined;
  /** A row one of whose key columns is NULL meets nothing. */
  readonly hasNullKey: readonly [(row: TableRow) => boolean, (row: TableRow) => boolean];
  /** The joined row; a missing side is NULLs. For semi and anti joins the left row. */
  readonly join: (left: TableRow | null, right: TableRow | null, kind: number) => TableRow;
  /** Of inner joins: the joined row as one of a view, which is gone when the next row is joined. */
  readonly joinInPlace: ((left: TableRow, right: TableRow, kind: number) => TableRow) | undefined;
  /** Bounded inputs: outer, semi and anti results are made at the end, when nothing changes them any more. */
  readonly isBatch: boolean;
}

/** Matches beyond this many are pulled one by one as the output has room. */
const EAGER_MATCHES_MAX = 512;
/** Behind the last row of a list. */
const NO_ID = -1;

export class JoinFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly emitsViews: boolean;
  readonly #options: JoinOptions;
  readonly #isLeftOuter: boolean;
  readonly #isRightOuter: boolean;
  #backend!: KeyedStateBackend;
  #left!: JoinRows;
  #right!: JoinRows;

  constructor(options: JoinOptions) {
    this.#options = options;
    const { joinType } = options;
    this.emitsViews = options.joinInPlace !== undefined;
    this.#isLeftOuter = joinType === 'LEFT' || joinType === 'FULL';
    this.#isRightOuter = joinType === 'RIGHT' || joinType === 'FULL';
    const isLate = options.isBatch && joinType !== 'INNER';
    const isHalf = joinType === 'SEMI' || joinType === 'ANTI';
    const forInput = (isLeft: boolean) => (row: TableRow, _context: unknown, out: Collector<TableRow>, view?: RowView) => {
      if (isLate) (isLeft ? this.#left : this.#right).add(row, 0, view);
      else if (isHalf) this.#processHalf(row, isLeft, view, out);
      else return this.#process(row, isLeft, view, out);
      return undefined;
    };
    this.elements = [forInput(true), forInput(false)];
  }

  openWith({ backend }: TableFunctionContext): void {
    this.#backend = backend;
    this.#left = createJoinRows(backend, 'left-records', this.#options.left);
    this.#right = createJoinRows(backend, 'right-records', this.#options.right);
  }

  onEndInput(_input: number, out: Collector<TableRow>, isLast: boolean): void {
    if (!isLast || !this.#options.isBatch || this.#options.joinType === 'INNER') return;
    const { joinType } = this.#options;
    this.#left.forEachKey(this.#backend, () => this.#joinKeyAtEnd(out));
    if (joinType !== 'RIGHT' && joinType !== 'FULL') return;
    // Keys that only the right side has.
    this.#right.forEachKey(this.#backend, () => {
      if ([...this.#left.rows()].length > 0) return;
      for (const { row } of this.#right.rows()) out.collect(this.#options.join(null, row, RowKind.INSERT));
    });
  }

  #joinKeyAtEnd(out: Collector<TableRow>): void {
    const { joinType, join } = this.#options;
    const rights = [...this.#right.rows()].map(({ row }) => row);
    const met = new Set<number>();
    for (const { row: left } of this.#left.rows()) {
      let meetings = 0;
      rights.forEach((right, index) => {
        if (!this.#meet(left, right)) return;
        meetings++;
        met.add(index);
        if (joinType !== 'SEMI' && joinType !== 'ANTI') out.collect(join(left, right, RowKind.INSERT));
      });
      if (joinType === 'SEMI' ? meetings > 0 : meetings === 0 && (joinType === 'ANTI' || this.#isLeftOuter)) out.collect(join(left, null, RowKind.INSERT));
    }
    if (this.#isRightOuter) rights.forEach((right, index) => { if (!met.has(index)) out.collect(join(null, right, RowKind.INSERT)); });
  }

  #meet(left: TableRow, right: TableRow): boolean {
    const { condition, hasNullKey } = this.#options;
    return !hasNullKey[0](left) && !hasNullKey[1](right) && (condition === undefined || condition(left, right));
  }

  #process(row: TableRow, isLeft: boolean, view: RowView | undefined, out: Collector<TableRow>): Iterable<TableRow> | undefined {
    const own = isLeft ? this.#left : this.#right;
    const other = isLeft ? this.#right : this.#left;
    const { join, hasNullKey, hasKind } = this.#options;
    const kind = hasKind[isLeft ? 0 : 1] ? kindOf(row) : RowKind.INSERT;
    const isAdded = isAccumulate(kind);
    const isOwnOuter = isLeft ? this.#isLeftOuter : this.#isRightOuter;
    if (hasNullKey[isLeft ? 0 : 1](row)) {
      if (isOwnOuter) out.collect(isLeft ? join(row, null, isAdded ? RowKind.INSERT : RowKind.DELETE) : join(null, row, isAdded ? RowKind.INSERT : RowKind.DELETE));
      return undefined;
    }
    if (this.#options.joinType === 'INNER') {
      if (isAdded) own.add(row, 0, view);
      else own.remove(row);
      return this.#emitInner(row, kind, isLeft, other, out);
    }
    const matches = this.#matches(row, isLeft, other);
    if (isAdded) this.#addOuter(row, kind, isLeft, view, own, other, matches, out);
    else this.#removeOuter(row, kind, isLeft, own, other, matches, out);
    return undefined;
  }

  #matches(row: TableRow, isLeft: boolean, other: JoinRows): readonly JoinRow[] {
    const { condition } = this.#options;
    const all = [...other.rows()];
    if (condition === undefined) return all;
    return all.filter((match) => (isLeft ? condition(row, match.row) : condition(match.row, row)));
  }

  #emitInner(row: TableRow, kind: number, isLeft: boolean, other: JoinRows, out: Collector<TableRow>): Iterable<TableRow> | undefined {
    const { condition, join, joinInPlace = join } = this.#options;
    if (other.archived !== undefined) return this.#emitArchived(row, kind, isLeft, other.archived, out);
    const rows = other.list();
    if (rows.length > EAGER_MATCHES_MAX) return this.#pullInner(keptRow(row), kind, isLeft, [...rows]);
    for (let i = 0; i < rows.length; i++) {
      const left = isLeft ? row : rows[i]!;
      const right = isLeft ? rows[i]! : row;
      if (condition === undefined || condition(left, right)) out.collect(joinInPlace(left, right, kind));
    }
    return undefined;
  }

  #emitArchived(row: TableRow, kind: number, isLeft: boolean, other: ViewListCell<TableRow>, out: Collector<TableRow>): Iterable<TableRow> | undefined {
    const { condition, join, joinInPlace = join } = this.#options;
    let count = 0;
    for (let id = other.first(); id !== NO_ID; id = other.next(id)) {
      if (count++ === EAGER_MATCHES_MAX) return this.#pullInner(keptRow(row), kind, isLeft, rowsFrom(other, id));
      const match = other.at(id);
      const left = isLeft ? row : match;
      const right = isLeft ? match : row;
      if (condition === undefined || condition(left, right)) out.collect(joinInPlace(left, right, kind));
    }
    return undefined;
  }

  *#pullInner(row: TableRow, kind: number, isLeft: boolean, rows: Iterable<TableRow>): Iterable<TableRow> {
    const { condition, join } = this.#options;
    for (const match of rows) {
      const [left, right] = isLeft ? [row, match] : [match, row];
      if (condition === undefined || condition(left, right)) yield join(left, right, kind);
    }
  }

  #addOuter(row: TableRow, kind: number, isLeft: boolean, view: RowView | undefined, own: JoinRows, other: JoinRows, matches: readonly JoinRow[], out: Collector<TableRow>): void {
    const { join } = this.#options;
    const isOwnOuter = isLeft ? this.#isLeftOuter : this.#isRightOuter;
    const isOtherOuter = isLeft ? this.#isRightOuter : this.#isLeftOuter;
    own.add(row, matches.length, view);
    if (matches.length === 0 && isOwnOuter) out.collect(isLeft ? join(row, null, RowKind.INSERT) : join(null, row, RowKind.INSERT));
    for (const match of matches) {
      if (isOtherOuter) {
        if (match.meetings === 0) out.collect(isLeft ? join(null, match.row, RowKind.DELETE) : join(match.row, null, RowKind.DELETE));
        other.setMeetings(match.row, match.meetings + 1);
      }
      const joinedKind = isOwnOuter || isOtherOuter ? RowKind.INSERT : kind;
      out.collect(isLeft ? join(row, match.row, joinedKind) : join(match.row, row, joinedKind));
    }
  }

  #removeOuter(row: TableRow, kind: number, isLeft: boolean, own: JoinRows, other: JoinRows, matches: readonly JoinRow[], out: Collector<TableRow>): void {
    const { join } = this.#options;
    const isOwnOuter = isLeft ? this.#isLeftOuter : this.#isRightOuter;
    const isOtherOuter = isLeft ? this.#isRightOuter : this.#isLeftOuter;
    own.remove(row);
    if (matches.length === 0 && isOwnOuter) out.collect(isLeft ? join(row, null, RowKind.DELETE) : join(null, row, RowKind.DELETE));
    const joinedKind = isOwnOuter ? RowKind.DELETE : kind;
    for (const match of matches) out.collect(isLeft ? join(row, match.row, joinedKind) : join(match.row, row, joinedKind));
    if (!isOtherOuter) return;
    for (const match of matches) {
      if (match.meetings === 1) out.collect(isLeft ? join(null, match.row, RowKind.INSERT) : join(match.row, null, RowKind.INSERT));
      other.setMeetings(match.row, match.meetings - 1);
    }
  }

  /** Semi and anti: left rows go out by whether they meet a right one. */
  #processHalf(row: TableRow, isLeft: boolean, view: RowView | undefined, out: Collector<TableRow>): void {
    const { join, joinType, hasNullKey } = this.#options;
    const isAnti = joinType === 'ANTI';
    const kind = this.#options.hasKind[isLeft ? 0 : 1] ? kindOf(row) : RowKind.INSERT;
    const isAdded = isAccumulate(kind);
    if (hasNullKey[isLeft ? 0 : 1](row)) {
      if (isLeft && isAnti) out.collect(join(row, null, kind));
      return;
    }
    if (isLeft) {
      const meetings = this.#matches(row, true, this.#right).length;
      if (meetings > 0 !== isAnti) out.collect(join(row, null, kind));
      if (isAdded) this.#left.add(row, meetings, view);
      else this.#left.remove(row);
      return;
    }
    if (isAdded) this.#right.add(row, 0, view);
    else this.#right.remove(row);
    for (const match of this.#matches(row, false, this.#left)) {
      const turnsAt = isAdded ? 0 : 1;
      if (match.meetings === turnsAt) {
        const turned = isAnti ? (isAdded ? RowKind.DELETE : RowKind.INSERT) : kind;
        out.collect(join(match.row, null, turned));
      }
      this.#left.setMeetings(match.row, match.meetings + (isAdded ? 1 : -1));
    }
  }
}

function* rowsFrom(list: ViewListCell<TableRow>, first: number): Iterable<TableRow> {
  for (let id = first; id !== NO_ID; id = list.next(id)) yield list.read(id);
}
