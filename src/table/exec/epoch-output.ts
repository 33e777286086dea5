// Where a sink's changes are held until they are whole: millrace.output.consistency.
import { TableError } from '#table/errors';
import type { TranslatedInput, TranslationContext } from '#table/exec/exec-node';
import { EpochOutputOperator } from '#table/runtime/sink/epoch-output-operator';
import { HeldChanges } from '#table/runtime/sink/held-changes';
import type { Transformation } from '#graph/transformation/transformation';
import { fieldKeys } from '#table/types/logical-type';

export const OUTPUT_CONSISTENCY = 'millrace.output.consistency';
const UNALIGNED = 'execution.checkpointing.unaligned.enabled';
const MODE = 'execution.checkpointing.mode';
const INTERVAL = 'execution.checkpointing.interval';

/** Throws TABLE_OPTION_INVALID for another value. In batch mode only final rows come, which are whole. */
export function isEpochConsistent(option: (key: string) => string | undefined, isBatch: boolean): boolean {
  const text = option(OUTPUT_CONSISTENCY) ?? 'none';
  if (text !== 'none' && text !== 'epoch') throw new TableError('TABLE_OPTION_INVALID', `${OUTPUT_CONSISTENCY} is '${text}': give none or epoch`);
  return text === 'epoch' && !isBatch;
}

/** Throws TABLE_OPTION_INVALID for settings that leave a job no epochs. One that ends has its end for one. */
export function checkEpochs(option: (key: string) => string | undefined, isBounded: boolean): void {
  if (option(UNALIGNED) === 'true') throw new TableError('TABLE_OPTION_INVALID', `${OUTPUT_CONSISTENCY} is 'epoch' and ${UNALIGNED} is 'true': an unaligned barrier overtakes rows, so no epoch is whole; set one of them otherwise`);
  if (option(MODE)?.toUpperCase() === 'AT_LEAST_ONCE') throw new TableError('TABLE_OPTION_INVALID', `${OUTPUT_CONSISTENCY} is 'epoch' and ${MODE} is 'AT_LEAST_ONCE': epochs end at aligned barriers; set EXACTLY_ONCE`);
  if (!isBounded && option(INTERVAL) === undefined) throw new TableError('TABLE_OPTION_INVALID', `${OUTPUT_CONSISTENCY} is 'epoch' and there are no checkpoints: results of a query that does not end leave with checkpoints; set ${INTERVAL} and execution.checkpointing.dir`);
}

/** @param options as the sink takes its rows: their key, and the number of subtasks that write. */
export function heldByEpoch(rows: Transformation, input: TranslatedInput, context: TranslationContext, options: { readonly mode: 'insert-only' | 'upsert' | 'retract'; readonly keyColumns: readonly number[]; readonly parallelism: number | undefined }): Transformation {
  const keys = fieldKeys(input.rowType);
  const isUpsert = options.mode === 'upsert' && input.hasKind;
  // The key of the sink is that of the rows where they have none of their own.
  const keyColumns = isUpsert ? options.keyColumns : input.node.upsertKeys[0] ?? (options.keyColumns.length > 0 ? options.keyColumns : undefined);
  const create = (): EpochOutputOperator => new EpochOutputOperator(new HeldChanges(!input.hasKind ? 'inserts' : isUpsert ? 'upserts' : 'changelog', keyColumns?.map((column) => keys[column]!)));
  return context.oneInput(rows, { kind: 'stream', create }, { name: 'EpochOutput', outputType: rows.outputType, ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }) }).transformation;
}
