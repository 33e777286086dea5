// `avro`: container files of records, fields by name.
import { createHash } from 'node:crypto';
import { AVRO_CODECS, AvroFileEncoder, AvroFileReader } from '#table/formats/avro-file';
import { avroNode, avroSchemaOf, type AvroMapping } from '#table/formats/avro-schema';
import { avroRowDecoder, avroRowEncoder } from '#table/formats/avro-values';
import type { BulkTableFormat } from '#table/formats/bulk-format';
import { booleanFormatOption, choiceFormatOption, type FormatRequest } from '#table/formats/table-format';
import type { TableRow } from '#table/runtime/row-kind';

const mappingOf = (request: FormatRequest): AvroMapping => ({ isLegacy: booleanFormatOption(request, 'timestamp_mapping.legacy', true) });

export const avroFormat: BulkTableFormat = {
  kind: 'bulk',
  identifier: 'avro',
  options: ['codec', 'encoding', 'timestamp_mapping.legacy'],
  createReader(request) {
    checkOptions(request);
    // Refuses types that no file can hold; what the file has is looked at when it is opened.
    avroSchemaOf(request.rowType, mappingOf(request));
    return (files, path) => new AvroFileReader<TableRow>(files, path, (schema) => avroRowDecoder(request.rowType, avroNode(schema), ''));
  },
  createEncoder(request) {
    checkOptions(request);
    const schema = avroSchemaOf(request.rowType, mappingOf(request));
    const codec = choiceFormatOption(request, 'codec', AVRO_CODECS);
    const toRecord = avroRowEncoder(request.rowType);
    // Sixteen bytes that hardly any data has; a marker need not be random to be one.
    const sync = createHash('md5').update(`millrace ${JSON.stringify(schema)}`).digest();
    return () => new AvroFileEncoder<TableRow>(schema, toRecord, codec, sync);
  },
};

function checkOptions(request: FormatRequest): void {
  choiceFormatOption(request, 'codec', AVRO_CODECS);
  if (choiceFormatOption(request, 'encoding', ['binary', 'json']) === 'json') request.refuse('encoding', "is 'json': files hold binary records, give binary");
}
