// `blackhole`: reads every field of every row and forgets it. Takes all changes, -U apart, as Flink's does.
import { BlackholeSink } from '#connectors/blackhole/sink';
import { checkOptions } from '#table/factories/table-options';
import type { TableConnector } from '#table/factories/table-factory';

export const blackholeConnector: TableConnector = {
  identifier: 'blackhole',
  createSink(table, options) {
    checkOptions(table, options, { required: [], optional: [] });
    return {
      kind: 'sink',
      changelogMode: ({ updates, deletes }) => (updates || deletes ? 'upsert' : 'insert-only'),
      createSink: () => ({ sink: new BlackholeSink() }),
    };
  },
};
