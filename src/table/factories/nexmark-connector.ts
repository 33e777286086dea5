// `nexmark`: generated events of the benchmark, a file of them, or a recording in memory. The table declares the columns it wants by the
// benchmark's names: event_type, person, auction, bid, nested rows with the fields it reads.
import { NexmarkFileSource } from '#connectors/nexmark/file-source';
import { NexmarkRecordedSource } from '#connectors/nexmark/recorded-source';
import { NexmarkSource } from '#connectors/nexmark/source';
import { fieldAccess } from '#table/codegen/row-code';
import { booleanOption, checkOptions, integerOption } from '#table/factories/table-options';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { INSERTS, type ScanRuntime, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import type { RowType } from '#table/types/logical-type';

const EVENT_RATE_DEFAULT = 100_000;

export const nexmarkConnector: TableConnector = {
  identifier: 'nexmark',
  createScan(table, options) {
    checkOptions(table, options, { required: [], optional: ['events.num', 'first-event.rate', 'input', 'recording', 'seed', 'projection.push-down'] });
    const { all } = options;
    const events = integerOption(table, options, 'events.num', Number.POSITIVE_INFINITY);
    return {
      kind: 'scan-source',
      changes: INSERTS,
      isBounded: all['input'] !== undefined || all['recording'] !== undefined || events !== Number.POSITIVE_INFINITY,
      createSource({ rowType }): ScanRuntime {
        return { source: sourceOf(table, options, events), access: eventAccess(rowType) };
      },
    };
  },
};

function sourceOf(table: ResolvedTable, options: TableOptions, events: number): ScanRuntime['source'] {
  const { input, recording } = options.all;
  // What was read from a file is in one split: queries that keep the first of equal rows depend on its order.
  const inOrder = input === undefined ? {} : { splits: 1 };
  if (recording !== undefined) return new NexmarkRecordedSource(recording, inOrder);
  if (input !== undefined) return new NexmarkFileSource(input, inOrder);
  return new NexmarkSource({ events, eventRate: integerOption(table, options, 'first-event.rate', EVENT_RATE_DEFAULT, 1), isPushDown: booleanOption(table, options, 'projection.push-down', false) });
}

/** Events name their kind `eventType`; person, auction and bid are as the table has them. */
function eventAccess(rowType: RowType): (row: string, index: number) => string {
  const names = rowType.fields.map(({ name }) => (name === 'event_type' ? 'eventType' : name));
  return (row, index) => fieldAccess(row, names[index]!);
}
