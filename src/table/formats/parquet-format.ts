// `parquet`: columns by name, only those that the table has.
import type { BulkTableFormat } from '#table/formats/bulk-format';
import { PARQUET_CODECS, ParquetFileEncoder, ParquetFileReader } from '#table/formats/parquet-file';
import { parquetSchemaOf } from '#table/formats/parquet-schema';
import { booleanFormatOption, choiceFormatOption, type FormatRequest } from '#table/formats/table-format';
import { timeZoneOf } from '#table/values/time-zone';

export const parquetFormat: BulkTableFormat = {
  kind: 'bulk',
  identifier: 'parquet',
  options: ['utc-timezone', 'compression', 'write.int64.timestamp'],
  createReader(request) {
    checkOptions(request);
    // Refuses types that no file can hold; what the file has is looked at when it is opened.
    parquetSchemaOf(request.rowType);
    const zone = timeZoneOf(booleanFormatOption(request, 'utc-timezone', false) ? 'UTC' : request.timeZone);
    return (files, path) => new ParquetFileReader(files, path, request.rowType, { zone });
  },
  createEncoder(request) {
    const codec = checkOptions(request);
    parquetSchemaOf(request.rowType);
    return () => new ParquetFileEncoder(request.rowType, codec);
  },
};

function checkOptions(request: FormatRequest): (typeof PARQUET_CODECS)[number] {
  if (!booleanFormatOption(request, 'write.int64.timestamp', true)) request.refuse('write.int64.timestamp', "is 'false': INT96 is read and not written, leave the option out");
  return choiceFormatOption(request, 'compression', PARQUET_CODECS);
}
