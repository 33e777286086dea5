// A generator that stops at certain rows until a file exists, so that a test decides where in its input a job stands,
// however slow the host is; or for a time. Checkpoints go on while it waits.
import { existsSync } from 'node:fs';
import { DataGeneratorSource } from '#connectors/datagen/source';
import type { DataGeneratorReader } from '#connectors/datagen/reader';
import type { Clock } from '#platform/clock/clock';
import { ReadStatus, type ReaderOutput, type Source, type SourceReaderContext } from '#streaming/source/source';

export interface Gate {
  /** It closes behind the batch that reaches this row. */
  readonly row: number;
  readonly file: string;
}

type Generator<T> = DataGeneratorSource<T>;
type Split = ReturnType<DataGeneratorReader<unknown>['snapshot']>[number];

export function gated<T>(source: Generator<T>, gates: readonly Gate[]): Source<T, Split, never> {
  return held(source, () => (position) => gates.some((gate) => position >= gate.row && !existsSync(gate.file)));
}

/** Holds the rows from `row` on back for `ms`, so that what earlier rows have set off in processing time comes before the end. */
export function lingering<T>(source: Generator<T>, row: number, ms: number): Source<T, Split, never> {
  return held(source, (clock) => {
    let sinceMs: number | undefined;
    return (position) => position >= row && clock.now() < (sinceMs ??= clock.now()) + ms;
  });
}

/** Whether the reader is held at a position; one function per reader. */
type Hold = (clock: Clock) => (position: number) => boolean;

function held<T>(source: Generator<T>, hold: Hold): Source<T, Split, never> {
  return {
    name: source.name,
    boundedness: source.boundedness,
    producedType: source.producedType,
    createEnumerator: (context: Parameters<Generator<T>['createEnumerator']>[0], checkpoint: Parameters<Generator<T>['createEnumerator']>[1]) => source.createEnumerator(context, checkpoint),
    createReader: (context: SourceReaderContext) => heldReader(source.createReader(context), hold(context.clock), context.clock),
  } as unknown as Source<T, Split, never>;
}

function heldReader<T>(reader: DataGeneratorReader<T>, isHeldAt: (position: number) => boolean, clock: Clock): unknown {
  let isHeld = false;
  return {
    kind: 'rows',
    start: () => reader.start(),
    addSplits: (splits: readonly Split[]) => reader.addSplits(splits),
    notifyNoMoreSplits: () => reader.notifyNoMoreSplits(),
    poll: (output: ReaderOutput<T>) => {
      isHeld = isHeldAt(reader.snapshot()[0]?.position ?? 0);
      return isHeld ? ReadStatus.NOTHING : reader.poll(output);
    },
    get nextPollMs() { return isHeld ? clock.now() + 5 : reader.nextPollMs; },
    get progress() { return reader.progress; },
    snapshot: () => reader.snapshot(),
    close: () => reader.close(),
  };
}
