// A row of a batch that is read where it lies: an object with a getter per field, moved from row to row, so that a field nobody reads
// costs nothing. Who wants to keep the row copies it, or writes its bytes. hot path. Thread: that of its owner.
// Invariant: the row object is valid until the view moves on, and only while the batch is.
import { fieldReads, present, READ_SCOPE, rowReadCode } from '#core/codegen/row-layout-code';
import { readScope } from '#core/codegen/row-reader';
import type { Batch } from '#core/columns/frame';
import type { ColumnDefinition, Schema } from '#core/columns/schema';
import type { DataOutput } from '#core/serialization/data-output';

/** Property of a view's row object: its view. One symbol, also where a program and its slots have loaded this module apart. */
export const VIEW: unique symbol = Symbol.for('millrace/row-view');

/** What lies behind a row object that is not its own. */
export interface ViewOfRow {
  /** The row as a plain object. */
  copy(): any; // any: fields of every type
}

export interface RowView extends ViewOfRow {
  readonly schema: Schema;
  /** The row object. Its values are fresh, it is not. */
  readonly row: any; // any: fields of every type
  readonly batch: Batch;
  /** Index of the row in the batch. */
  readonly position: number;
  /** One object per batch that came, however often it is bound. */
  readonly batchToken: object;
  /** @param isSame the batch is the one bound last, with the same rows. */
  bind(batch: Batch, options: { readonly isSame: boolean }): void;
  /** Nothing is read of the batch any more until it is bound again. How the text of the next one is decoded depends on how much was read of this one. */
  finish(): void;
  /** Calls back at every finish, for who still has rows of the batch to copy; several times the same one counts once. */
  onFinish(callback: () => void): void;
  moveTo(position: number): void;
  /** NaN for none. */
  eventTime(): number;
  /** Appends the bytes that the serializer of the row's type would write. */
  encode(output: DataOutput): void;
}

export interface RowViewOptions {
  /** Decode the texts of a batch at once while most of them are read; else each by itself. */
  readonly decodesBlocks: boolean;
}

/** The view behind a row object, if it is one of a view. */
export function viewOf(row: object): ViewOfRow | undefined {
  return (row as { readonly [VIEW]?: ViewOfRow })[VIEW];
}

/** A row that may be kept: the row itself, unless it is one of a view. */
export function keptRow<R extends object>(row: R): R {
  const view = viewOf(row);
  return view === undefined ? row : (view.copy() as R);
}

let views = 0;

/** Undefined for rows that are not plain: with rows in them, or inferred. */
export function createRowView(schema: Schema, { decodesBlocks }: RowViewOptions): RowView | undefined {
  const fields = fieldReads(schema);
  if (fields === undefined) return undefined;
  const code = rowReadCode(schema, { decoding: 'decoding' });
  // Getters lie in prototypes: an object literal with getters is a slow object to V8, of which a read takes 13 ns instead of 2.
  const body = `
    "use strict";
    const decoding = { isBlock: ${decodesBlocks} };
    const callbacks = [];
    let i = 0, textReads = 0, batchToken = {}, bound, ${code.bindings.map(([name]) => name).join(', ')};
    class View {
      schema = schema;
      row = undefined;
      get batch() { return bound; }
      get position() { return i; }
      get batchToken() { return batchToken; }
      bind(batch, { isSame }) {
        if (!isSame) batchToken = {};
        bound = batch;
        textReads = 0;
        ${code.bindings.map(([name, expression]) => `${name} = ${expression};`).join('\n')}
      }
      onFinish(callback) { if (!callbacks.includes(callback)) callbacks.push(callback); }
      finish() { for (let c = 0; c < callbacks.length; c++) callbacks[c](); ${decodesBlocks && code.epilogue !== '' ? `{ const batch = bound; ${code.epilogue} }` : ''} }
      moveTo(position) { i = position; }
      eventTime() { return ${code.eventTime}; }
      copy() { return ${code.value}; }
      encode(output) { ${schema.columns.map((column) => encodeText(column)).join('\n')} }
    }
    const view = new View();
    class Row {
      ${fields.map(([name, expression]) => `get [${JSON.stringify(name)}]() { return ${expression}; }`).join('\n')}
    }
    Row.prototype[VIEW] = view;
    view.row = new Row();
    return view;
    //# sourceURL=millrace-row-view-${(schema.id >>> 0).toString(16)}-${views++}.js`;
  return new Function('schema', 'VIEW', ...READ_SCOPE, body)(schema, VIEW, ...readScope(schema)) as RowView;
}

/** The layout of serializer-source.ts. Encoded columns hold bytes of their serializers. */
function encodeText({ index, type, isNullable }: ColumnDefinition): string {
  const bytes = `output.writeBytes(u8, heap + i32[d${index} + i], i32[l${index} + i]);`;
  const write = ((): string => {
    switch (type.kind) {
      case 'boolean': return `output.writeByte(u8[d${index} + i]);`;
      case 'int': return `output.writeInt32(i32[d${index} + i]);`;
      case 'long': case 'double': return `output.writeFloat64(f64[d${index} + i]);`;
      case 'bigint': case 'int64': return `output.writeInt32(i32[2 * (d${index} + i)]); output.writeInt32(i32[2 * (d${index} + i) + 1]);`;
      case 'string': case 'bytes': return `output.writeVarUint(i32[l${index} + i]); ${bytes}`;
      default: return bytes;
    }
  })();
  return isNullable ? `if (${present(index)}) { output.writeByte(1); ${write} } else output.writeByte(0);` : write;
}
