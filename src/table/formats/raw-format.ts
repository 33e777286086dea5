// `raw`: a record is the value of the only column, a text or bytes.
import { TableError } from '#table/errors';
import type { FormatRequest, TableFormat } from '#table/formats/table-format';
import { INSERTS } from '#table/factories/table-factory';
import { fieldKeys } from '#table/types/logical-type';
import { bytesText, textBytes } from '#table/values/bytes';

function columnOf({ rowType, option, refuse }: FormatRequest): { readonly key: string; readonly isText: boolean } {
  const { fields } = rowType;
  if (fields.length !== 1) throw new TableError('TABLE_OPTION_INVALID', `The 'raw' format only supports single physical column. But the defined schema contains multiple physical columns: [${fields.map(({ name }) => `\`${name}\``).join(', ')}]`);
  const charset = option('charset') ?? 'UTF-8';
  if (!/^utf-?8$/i.test(charset)) refuse('charset', `is '${charset}': only UTF-8 is read and written`);
  const { kind } = fields[0]!.type;
  const isText = kind === 'CHAR' || kind === 'VARCHAR';
  if (!isText && kind !== 'BINARY' && kind !== 'VARBINARY') throw new TableError('TABLE_OPTION_INVALID', `The 'raw' format doesn't supports '${kind}' as column type: records are lines, give STRING or BYTES`);
  return { key: fieldKeys(rowType)[0]!, isText };
}

export const rawFormat: TableFormat = {
  kind: 'text',
  identifier: 'raw',
  options: ['charset', 'endianness'],
  changes: INSERTS,
  createDecoder(request) {
    const { key, isText } = columnOf(request);
    return (text) => [{ [key]: isText ? text : textBytes(text) }];
  },
  createEncoder(request) {
    const { key, isText } = columnOf(request);
    return (row) => (row[key] === null ? '' : isText ? String(row[key]) : bytesText(row[key] as Uint8Array));
  },
};
