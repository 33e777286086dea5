// `nexmark`: generated events of the benchmark, or a recorded file of them. The table declares the columns it wants by the
// benchmark's names: event_type, person, auction, bid, nested rows with the fields it reads.
import { NexmarkFileSource } from '#connectors/nexmark/file-source';
import { NexmarkSource } from '#connectors/nexmark/source';
import { fieldAccess } from '#table/codegen/row-code';
import { booleanOption, checkOptions, integerOption } from '#table/factories/table-options';
import { INSERTS, type ScanRuntime, type TableConnector } from '#table/factories/table-factory';
import type { RowType } from '#table/types/logical-type';

const EVENT_RATE_DEFAULT = 100_000;

export const nexmarkConnector: TableConnector = {
  identifier: 'nexmark',
  createScan(table, options) {
    checkOptions(table, options, { required: [], optional: ['events.num', 'first-event.rate', 'input', 'seed', 'projection.push-down'] });
    const { all } = options;
    const events = integerOption(table, options, 'events.num', Number.POSITIVE_INFINITY);
    return {
      kind: 'scan-source',
      changes: INSERTS,
      isBounded: all['input'] !== undefined || events !== Number.POSITIVE_INFINITY,
      createSource({ rowType }): ScanRuntime {
        const source = all['input'] === undefined
          ? new NexmarkSource({ events, eventRate: integerOption(table, options, 'first-event.rate', EVENT_RATE_DEFAULT, 1), isPushDown: booleanOption(table, options, 'projection.push-down', false) })
          // In one split: queries that keep the first of equal rows depend on the order of the file.
          : new NexmarkFileSource(all['input'], { splits: 1 });
        return { source, access: eventAccess(rowType) };
      },
    };
  },
};

/** Events name their kind `eventType`; person, auction and bid are as the table has them. */
function eventAccess(rowType: RowType): (row: string, index: number) => string {
  const names = rowType.fields.map(({ name }) => (name === 'event_type' ? 'eventType' : name));
  return (row, index) => fieldAccess(row, names[index]!);
}
