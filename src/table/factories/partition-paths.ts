// Partitions as Hive and Flink lay them out: a folder `column=value` for each partition column, one inside the other.
import { FunctionError } from '#table/errors';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { castFromText } from '#table/values/cast-text';
import { timeZoneOf } from '#table/values/time-zone';
import { fitCharacters, valuePrinter } from '#table/values/value-text';

export const DEFAULT_PARTITION = '__DEFAULT_PARTITION__';

// eslint-disable-next-line no-control-regex -- control characters are among those that file systems take badly
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{}[\]^]/g;

/** The folder of a row: `dt=2020-01-01/hour=5`. */
export function partitionPathOf(rowType: RowType, partitionKeys: readonly string[], defaultName: string, timeZone: string): (row: TableRow) => string {
  const keys = fieldKeys(rowType);
  const columns = partitionKeys.map((name) => {
    const index = rowType.fields.findIndex((field) => field.name === name);
    return { name: escaped(name), key: keys[index]!, print: valuePrinter(rowType.fields[index]!.type, timeZoneOf(timeZone)) };
  });
  return (row) => columns.map(({ name, key, print }) => {
    const text = row[key] === null ? '' : print(row[key]);
    return `${name}=${text === '' ? defaultName : escaped(text)}`;
  }).join('/');
}

/** Values of the partition columns of a file, by key of the row. Throws FunctionError where the path does not hold them. */
export function partitionValuesOf(rowType: RowType, partitionKeys: readonly string[], defaultName: string, timeZone: string): (path: string) => TableRow {
  const keys = fieldKeys(rowType);
  return (path) => {
    const folders = partitionFolders(path);
    return Object.fromEntries(partitionKeys.map((name) => {
      const index = rowType.fields.findIndex((field) => field.name === name);
      const text = folders.get(name);
      if (text === undefined) throw new FunctionError(`the path ${path} has no folder '${name}=…' for the partition column ${name}`);
      const { type } = rowType.fields[index]!;
      if (text === defaultName) return [keys[index]!, null];
      if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return [keys[index]!, fitCharacters(text, type)];
      return [keys[index]!, castFromText(type, timeZoneOf(timeZone))?.(text) ?? null];
    }));
  };
}

/** Values of partition columns as texts, by name. */
export function partitionFolders(path: string): ReadonlyMap<string, string> {
  return new Map(path.split('/').filter((part) => part.includes('=')).map((part) => [unescaped(part.slice(0, part.indexOf('='))), unescaped(part.slice(part.indexOf('=') + 1))]));
}

/** Of values as texts. */
export const staticPartitionPath = (partitionKeys: readonly string[], values: Readonly<Record<string, string>>): string => partitionKeys.map((name) => `${escaped(name)}=${escaped(values[name]!)}`).join('/');

const escaped = (text: string): string => text.replace(ESCAPED, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
const unescaped = (text: string): string => text.replace(/%([0-9a-fA-F]{2})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
