// From a windowed stream to the definition of its window operator.
import type { KeySpecification } from '#core/keys/key-specification';
import type { TypeInformation } from '#core/types/type-information';
import { ProgramError } from '#datastream/errors';
import type { ReduceFunction } from '#datastream/functions/functions';
import type { OperatorDefinition } from '#datastream/stream/transformations';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { OperatorEnvironment } from '#streaming/operator/stream-operator';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import { windowReads } from '#streaming/window/window-reads';
import type { WindowAggregation, WindowOperatorOptions, WindowProcess } from '#streaming/window/window-operator-options';

/** Collected by the stream's methods before its function is given. */
export interface WindowSettings {
  readonly assigner: WindowAssigner<any>; // any: the element type of the windowed stream
  allowedLatenessMs: number;
  lateTag: string | undefined;
}

export interface WindowContents {
  readonly aggregation: WindowAggregation;
  /** Gives each subtask its own process function. */
  readonly makeProcess: (() => WindowProcess) | undefined;
  readonly keys: KeySpecification;
  readonly inputType: TypeInformation | undefined;
  readonly accumulatorType: TypeInformation | undefined;
  readonly outputType: TypeInformation | undefined;
}

export function reduceAggregation<T>(reducer: ReduceFunction<T>): WindowAggregation {
  return { kind: 'reduce', reduce: typeof reducer === 'function' ? reducer : (a: T, b: T) => reducer.reduce(a, b) };
}

export function windowDefinition(settings: WindowSettings, contents: WindowContents): OperatorDefinition {
  const { aggregation, makeProcess, keys, inputType, accumulatorType, outputType } = contents;
  const { assigner, allowedLatenessMs, lateTag } = settings;
  checkLateness(assigner, allowedLatenessMs);
  const fixed: WindowOperatorOptions = {
    assignment: assigner.assignment, aggregation, keys, allowedLatenessMs,
    ...(lateTag === undefined ? {} : { lateTag }),
    ...(inputType === undefined ? {} : { inputType }),
    ...(accumulatorType === undefined ? {} : { accumulatorType }),
  };
  const create = (environment: OperatorEnvironment) => createWindowOperator(makeProcess === undefined ? fixed : { ...fixed, process: makeProcess() }, environment);
  return { name: assigner.name, outputType, operator: { kind: 'stream', create, reads: () => windowReads(fixed), keys: [keys] } };
}

function checkLateness(assigner: WindowAssigner<any>, latenessMs: number): void { // any: as above
  if (Number.isSafeInteger(latenessMs) && latenessMs >= 0) return;
  throw new ProgramError('WINDOW_PARAMETERS_INVALID', `the allowed lateness of ${assigner.name} is ${String(latenessMs)}: give whole milliseconds from 0 up`, {
    context: { value: latenessMs },
  });
}
