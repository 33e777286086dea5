// `print`: a line per change on standard output, as Flink's: `prefix:1> +I[a, 1]`.
import { PrintSink } from '#connectors/print/sink';
import { booleanOption, checkOptions, parallelismOption } from '#table/factories/table-options';
import type { TableConnector } from '#table/factories/table-factory';
import { createRowText } from '#table/runtime/sink/row-text';

export const printConnector: TableConnector = {
  identifier: 'print',
  createSink(table, options) {
    checkOptions(table, options, { required: [], optional: ['print-identifier', 'standard-error', 'sink.parallelism'] });
    const { all } = options;
    return {
      kind: 'sink',
      changelogMode: ({ updates, deletes }) => (updates || deletes ? 'retract' : 'insert-only'),
      createSink: ({ rowType, functions }) => ({
        sink: new PrintSink(all['print-identifier'] ?? '', { isToStdErr: booleanOption(table, options, 'standard-error', false) }),
        convert: createRowText(rowType, functions.localTimeZone),
        ...parallelismOption(table, options, 'sink.parallelism'),
      }),
    };
  },
};
