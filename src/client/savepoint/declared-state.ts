// Which state an operator of a program declares: it is opened as in a job, on nothing, and asked for a snapshot. Only its
// `open` and `close` run; no record and no timer reaches it. Thread: the caller's.
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Configuration } from '#core/config/configuration';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { SeededRandom } from '#platform/random/seeded-random';
import type { Clock } from '#platform/clock/clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import type { OperatorContext, OperatorEnvironment, OperatorFactory, Output } from '#streaming/operator/stream-operator';

export interface DeclaringOperator {
  readonly operatorId: string;
  readonly name: string;
  readonly factory: OperatorFactory;
  readonly maxParallelism: number;
}

const MEMORY_BYTES = 64 << 20;
const NO_ROWS: Output = { collect: () => undefined, collectSide: () => undefined, emitWatermark: () => undefined, emitIdleness: () => undefined, isBlocked: false };

/** Empty sections of all that the operator asks for in `open`. Throws what its `open` throws. */
export function declaredState({ operatorId, name, factory, maxParallelism }: DeclaringOperator, environment: OperatorEnvironment, clock: Clock): OperatorSnapshot {
  if (factory.kind === 'row') return { keyed: [], operator: [] };
  const memory = MemoryManager.unshared(MEMORY_BYTES);
  const keys = factory.keys?.[0];
  const keyedState = keys === undefined ? undefined
    : createHeapKeyedStateBackend({ keyType: keys.type, keyGroupRange: keyGroupRangeOf(maxParallelism, 1, 0), maxParallelism, memory, clock, isObjectReuse: false });
  const timers = keyedState === undefined ? undefined : new InternalTimerService({ backend: keyedState, memory });
  const context: OperatorContext = {
    operatorId, operatorName: name, taskName: name, subtaskIndex: 0, parallelism: 1, maxParallelism, attemptNumber: 0, configuration: Configuration.EMPTY,
    // Who is only asked for its state finds an empty disk.
    clock, files: new SimulatedFiles({ clock, random: new SeededRandom(0) }), output: NO_ROWS, keyedState, timers, memory, restored: undefined, isObjectReuse: false, count: () => undefined,
  };
  const operator = factory.create(environment);
  try {
    operator.open(context);
    return finishSnapshotSync(operator.snapshot({ checkpointId: 0, timestamp: 0, isSavepoint: true, isIncremental: false }));
  } finally {
    operator.close();
    timers?.release();
    keyedState?.release();
  }
}
