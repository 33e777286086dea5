// The Nexmark benchmark as a job module: `args[0]` holds NexmarkSettings as JSON. Loaded by the client and by each worker.
import { canonicalRow } from '#cli/commands/nexmark/nexmark-query';
import { eventSource } from '#cli/commands/nexmark/event-source';
import { NEXMARK_QUERIES } from '#cli/commands/nexmark/nexmark-queries';
import { NEXMARK_COLLECT_UID, NEXMARK_RECORDING, type NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import { nexmarkSqlJob } from '#cli/commands/nexmark/sql/nexmark-sql-job';
import { BlackholeSink } from '#connectors/blackhole/sink';
import { CollectSink } from '#connectors/collect/sink';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { NexmarkRecordedSource } from '#connectors/nexmark/recorded-source';
import { assert } from '#core/assert';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const OUT_OF_ORDERNESS_MS = 4000;

export default function nexmarkJob(env: StreamExecutionEnvironment, args: readonly string[]): Promise<unknown> {
  const settings = JSON.parse(args[0] ?? '{}') as NexmarkSettings;
  if (settings.api === 'sql') return nexmarkSqlJob(env, settings);
  const query = NEXMARK_QUERIES[settings.query];
  assert(query !== undefined, `query ${settings.query} is known`);
  const watermarks = WatermarkStrategy.forBoundedOutOfOrderness<NexmarkEvent>(OUT_OF_ORDERNESS_MS);
  const { columns, build } = query;
  const source = settings.source === 'recorded' ? new NexmarkRecordedSource(NEXMARK_RECORDING) : eventSource(settings);
  const rows = build(env.fromSource(source, watermarks, 'Nexmark'));
  switch (settings.output) {
    case 'blackhole': rows.sinkTo(new BlackholeSink()); break;
    case 'collect': rows.sinkTo(new CollectSink()).setParallelism(1).uid(NEXMARK_COLLECT_UID); break;
    case 'print': rows.map((row: Readonly<Record<string, unknown>>) => canonicalRow(columns, row)).print().setParallelism(1); break;
  }
  return env.executeAsync(`Nexmark ${settings.query}`);
}
