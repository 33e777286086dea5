// Operators of chains for tests, in topological order; `next` unless given is the operator that follows.
import type { RowOperator, OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink, SinkWriter } from '#streaming/sink/sink';
import type { Source } from '#streaming/source/source';
import type { ChainedOperator } from '#streaming/task/task-description';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

export type Link = Pick<ChainedOperator, 'node'> & { readonly name: string; readonly next?: ChainedOperator['next'] };

/** A chain in which each operator feeds the next one, unless it says otherwise. */
export function chain(...links: Link[]): ChainedOperator[] {
  return links.map(({ name, node, next }, index) => ({
    operatorId: `id-${name}`, name, node, next: next ?? (index + 1 < links.length ? [{ operatorIndex: index + 1, tag: undefined }] : []),
  }));
}

export function to(...operatorIndexes: number[]): ChainedOperator['next'] {
  return operatorIndexes.map((operatorIndex) => ({ operatorIndex, tag: undefined }));
}

export function row(name: string, operator: RowOperator, next?: ChainedOperator['next']): Link {
  return { name, node: { kind: 'operator', factory: { kind: 'row', row: operator } }, ...(next === undefined ? {} : { next }) };
}

export function map(name: string, apply: (value: any) => unknown, next?: ChainedOperator['next']): Link { // any: rows of every type
  return row(name, { kind: 'map', apply }, next);
}

export function stream(name: string, factory: OperatorFactory, next?: ChainedOperator['next']): Link {
  return { name, node: { kind: 'operator', factory }, ...(next === undefined ? {} : { next }) };
}

export function source(name: string, of: Source<any, any, any>, watermarks?: WatermarkStrategy<any>): Link { // any: rows and splits of every type
  return { name, node: { kind: 'source', source: of, watermarks } };
}

export function sink(name: string, of: Sink<any, any, any>): Link { // any: rows of every type
  return { name, node: { kind: 'sink', sink: of, inputType: undefined } };
}

/** Keeps rows with their event times and the watermarks between them. */
export class ListSink implements Sink<unknown, never, never> {
  readonly name = 'list';
  readonly seen: unknown[] = [];
  readonly rows: unknown[] = [];

  createWriter(): SinkWriter<unknown, never, never> {
    return {
      write: (element) => {
        this.rows.push(element);
        this.seen.push(element);
      },
      writeWatermark: (watermark) => void this.seen.push({ watermark }),
      flush: (isEndOfInput) => { if (isEndOfInput) this.seen.push('flushed'); },
      close: () => undefined,
    };
  }
}
