// Data types and interval qualifiers as SQL text.
import { assertNever } from '#core/assert';
import type { DataType, RowTypeField } from '#table/parser/ast-data-type';
import type { IntervalQualifier } from '#table/parser/ast-expression';
import { identifierText, joinWords, pathText, stringText } from '#table/printer/sql-text';

export function dataTypeText(type: DataType): string {
  return `${plainTypeText(type)}${nullabilityText(type.isNullable)}`;
}

function nullabilityText(isNullable: boolean | undefined): string {
  return isNullable === undefined ? '' : isNullable ? ' NULL' : ' NOT NULL';
}

function plainTypeText(type: DataType): string {
  switch (type.kind) {
    case 'basic-type':
      if (type.name === 'TIMESTAMP_TZ') return `TIMESTAMP${parametersText(type.parameters)} WITH TIME ZONE`;
      return `${type.name}${parametersText(type.parameters)}`;
    case 'collection-type':
      return `${type.collection}<${dataTypeText(type.element)}>`;
    case 'map-type':
      return `MAP<${dataTypeText(type.key)}, ${dataTypeText(type.value)}>`;
    case 'row-type':
      return `ROW<${type.fields.map(fieldText).join(', ')}>`;
    case 'structured-type':
      return `STRUCTURED<${[stringText(type.className), ...type.fields.map(fieldText)].join(', ')}>`;
    case 'raw-type':
      return `RAW(${stringText(type.className)}, ${stringText(type.serializer)})`;
    case 'interval-type':
      return `INTERVAL ${qualifierText(type.qualifier)}`;
    case 'named-type':
      return pathText(type.path);
    default:
      return assertNever(type, 'data type');
  }
}

function parametersText(parameters: readonly number[]): string {
  return parameters.length === 0 ? '' : `(${parameters.join(', ')})`;
}

function fieldText({ name, type, comment }: RowTypeField): string {
  return joinWords(identifierText(name), dataTypeText(type), comment !== undefined && stringText(comment));
}

export function qualifierText({ from, to, precision, fractionPrecision }: IntervalQualifier): string {
  if (to === undefined) return precision === undefined ? from : `${from}(${[precision, fractionPrecision].filter((part) => part !== undefined).join(', ')})`;
  return `${from}${precision === undefined ? '' : `(${precision})`} TO ${to}${fractionPrecision === undefined ? '' : `(${fractionPrecision})`}`;
}
