// The schema of an edge whose type nobody declared: inferred from the first rows, which are held back until then, and widened
// when too many rows do not fit it. Such rows go whole to the side column, so the schema decides on cost only, never on what
// arrives. It changes between two rows, for all channels of the edge at once. Thread: the producer's slot.
import { Misfits } from '#core/codegen/misfits';
import { inferType } from '#core/types/infer-type';
import type { TypeInformation } from '#core/types/type-information';
import { widenType } from '#core/types/widen-type';
import { copyHeldRow } from '#shuffle/result-partition/held-row';

/** Rows seen before an edge decides on its columns. */
const INFERENCE_ROWS_MAX = 100;
/** Rows after which misfits are forgotten that were too few. */
const WINDOW_ROWS = 4096;
/** Misfits in a window that are worth other columns, and the share of its rows that they must be. */
const MISFITS_MIN = 8;
const MISFIT_SHARE_MIN = 1 / 16;
/** An edge whose rows keep changing stays as it is after so many changes: each costs new code on both sides. */
const WIDENINGS_MAX = 8;

export interface UndeclaredEdgeOptions {
  /** Gives the channels the columns of a type, for the first time or anew. */
  readonly open: (type: TypeInformation, misfits: Misfits) => void;
  readonly emit: (value: unknown, eventTime: number) => void;
  /** Rows that the channels have taken, those in open frames included. */
  readonly rowsOut: () => number;
}

export class UndeclaredEdge {
  /** Read by the edge's generated route for each row. */
  isHolding = true;
  readonly #options: UndeclaredEdgeOptions;
  readonly #held: { readonly value: unknown; readonly eventTime: number }[] = [];
  readonly #misfits = new Misfits();
  #type: TypeInformation | undefined;
  #wideningsLeft = WIDENINGS_MAX;
  #windowStart = 0;

  constructor(options: UndeclaredEdgeOptions) {
    this.#options = options;
  }

  get hasHeldRows(): boolean {
    return this.#held.length > 0;
  }

  hold(value: unknown, eventTime: number): void {
    this.#held.push({ value: copyHeldRow(value), eventTime });
    if (this.#held.length >= INFERENCE_ROWS_MAX) this.infer();
  }

  /** Decides by the rows held back, if there are any, and sends them. */
  infer(): void {
    if (!this.hasHeldRows) return;
    const held = this.#held.splice(0);
    this.openAs(inferType(held.map((row) => row.value)));
    for (const row of held) this.#options.emit(row.value, row.eventTime);
  }

  openAs(type: TypeInformation): void {
    this.isHolding = false;
    this.#type = type;
    this.#options.open(type, this.#misfits);
  }

  /** Called between two rows, now and then. Widens the schema when many rows since the last time did not fit it. */
  onFrame(): void {
    if (this.#misfits.count === 0 || this.#wideningsLeft === 0) return;
    const rowsOut = this.#options.rowsOut();
    const rows = rowsOut - this.#windowStart;
    const { count, sample } = this.#misfits;
    const isWorthIt = count >= MISFITS_MIN && count >= rows * MISFIT_SHARE_MIN;
    if (!isWorthIt && rows < WINDOW_ROWS) return;
    const type = isWorthIt ? widenType(this.#type!, sample, { isOtherShapeUsual: count * 2 > rows }) : undefined;
    this.#misfits.clear();
    this.#windowStart = rowsOut;
    if (type === undefined) return;
    this.#wideningsLeft--;
    this.openAs(type);
  }
}
