// What a sink's writer sees of the engine, over a simulated platform; keeps what the writer printed, sent and counted.
import type { TypeInformation } from '#core/types/type-information';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { SimulatedClock } from '#platform/clock/simulated-clock';
import type { Files } from '#platform/files/files';
import type { SinkWriterContext } from '#streaming/sink/sink';

export class RecordingSinkContext implements SinkWriterContext {
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly attemptNumber: number;
  readonly jobId = 'job';
  readonly operatorId = 'sink';
  readonly inputType: TypeInformation | undefined;
  readonly files: Files;
  readonly clock: SimulatedClock;
  readonly printed: { readonly text: string; readonly stream: string }[] = [];
  readonly sent: unknown[][] = [];
  /** Batches that the client still takes. */
  clientRoom = Number.POSITIVE_INFINITY;

  constructor(options: { subtaskIndex?: number; parallelism?: number; attemptNumber?: number; inputType?: TypeInformation; files?: Files; clock?: SimulatedClock } = {}) {
    const platform = simulatedPlatform({ seed: 1 });
    this.subtaskIndex = options.subtaskIndex ?? 0;
    this.parallelism = options.parallelism ?? 1;
    this.attemptNumber = options.attemptNumber ?? 0;
    this.inputType = options.inputType;
    this.files = options.files ?? platform.files;
    this.clock = options.clock ?? platform.clock;
  }

  print(text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.printed.push({ text, stream });
  }

  sendToClient(rows: readonly unknown[]): boolean {
    if (this.clientRoom === 0) return false;
    this.clientRoom--;
    this.sent.push([...rows]);
    return true;
  }

  count(): void {}
}
