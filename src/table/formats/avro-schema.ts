// SQL types as Avro schemas, with Flink's mapping, and Avro schemas as a reader needs them: names resolved, logical types kept.
import { TableError } from '#table/errors';
import type { LogicalType, RowType } from '#table/types/logical-type';

export type AvroJson = string | readonly AvroJson[] | { readonly [key: string]: unknown };

/** What the options of the format say about moments. */
export interface AvroMapping {
  /** TIMESTAMP is timestamp-millis or -micros, and there is no TIMESTAMP_LTZ; else TIMESTAMP is local-timestamp, TIMESTAMP_LTZ timestamp. */
  readonly isLegacy: boolean;
}

const ROOT_NAME = 'record';
const NAMESPACE = 'org.apache.flink.avro.generated';

/** The schema of rows as Flink derives it. Throws TABLE_OPTION_INVALID for types without one. */
export function avroSchemaOf(rowType: RowType, mapping: AvroMapping): AvroJson {
  return recordOf(rowType, ROOT_NAME, NAMESPACE, mapping);
}

function recordOf(type: { readonly fields: RowType['fields'] }, name: string, namespace: string | undefined, mapping: AvroMapping): AvroJson {
  const fields = type.fields.map((field) => {
    if (!/^[A-Za-z_]\w*$/.test(field.name)) throw new TableError('TABLE_OPTION_INVALID', `Illegal character in the name '${field.name}': names of Avro fields have letters, digits and _`);
    const schema = schemaOf(field.type, `${name}_${field.name}`, mapping);
    return field.type.isNullable ? { name: field.name, type: schema, default: null } : { name: field.name, type: schema };
  });
  return { type: 'record', name, ...(namespace === undefined ? {} : { namespace }), fields };
}

function schemaOf(type: LogicalType, name: string, mapping: AvroMapping): AvroJson {
  const schema = notNullSchema(type, name, mapping);
  return type.isNullable ? ['null', schema] : schema;
}

function notNullSchema(type: LogicalType, name: string, mapping: AvroMapping): AvroJson {
  switch (type.kind) {
    case 'BOOLEAN': return 'boolean';
    case 'TINYINT': case 'SMALLINT': case 'INT': return 'int';
    case 'BIGINT': return 'long';
    case 'FLOAT': return 'float';
    case 'DOUBLE': return 'double';
    case 'CHAR': case 'VARCHAR': return 'string';
    case 'BINARY': case 'VARBINARY': return 'bytes';
    case 'DECIMAL': return { type: 'bytes', logicalType: 'decimal', precision: type.precision, scale: type.scale };
    case 'DATE': return { type: 'int', logicalType: 'date' };
    case 'TIME': return type.precision > 3 ? refuse(`Avro does not support TIME type with precision: ${type.precision}, it only supports precision less than 3.`) : { type: 'int', logicalType: 'time-millis' };
    case 'TIMESTAMP': return { type: 'long', logicalType: `${mapping.isLegacy ? '' : 'local-'}timestamp-${unitOf(type.precision, mapping)}` };
    case 'TIMESTAMP_LTZ': return mapping.isLegacy ? refuse("Unsupported to derive Schema for type: TIMESTAMP_LTZ: set 'avro.timestamp_mapping.legacy' = 'false'") : { type: 'long', logicalType: `timestamp-${unitOf(type.precision, mapping)}` };
    case 'ARRAY': return { type: 'array', items: schemaOf(type.element, name, mapping) };
    case 'MAP': return { type: 'map', values: schemaOf(type.value, name, textKey(type.key, mapping)) };
    case 'MULTISET': return { type: 'map', values: schemaOf({ kind: 'INT', isNullable: false }, name, textKey(type.element, mapping)) };
    case 'ROW': return recordOf(type, name, undefined, mapping);
    default: return refuse(`Unsupported to derive Schema for type: ${type.kind}`);
  }
}

function unitOf(precision: number, { isLegacy }: AvroMapping): 'millis' | 'micros' {
  if (precision <= 3) return 'millis';
  if (precision <= 6 && !isLegacy) return 'micros';
  return refuse(isLegacy
    ? `Avro does not support TIMESTAMP type with precision: ${precision}, it only supports precision less than 3: set 'avro.timestamp_mapping.legacy' = 'false' for up to 6`
    : `Avro does not support TIMESTAMP type with precision: ${precision}, it only supports precision less than 6.`);
}

function textKey(key: LogicalType, mapping: AvroMapping): AvroMapping {
  return key.kind === 'CHAR' || key.kind === 'VARCHAR' ? mapping : refuse(`Avro format doesn't support non-string as key type of map. The key type is: ${key.kind}`);
}

function refuse(problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', problem);
}

/** A schema of a file with its names resolved. */
export interface AvroNode {
  /** Avro's name of the type: `long`, `record`, `array`, … of a union that of its only branch beside null. */
  readonly type: string;
  readonly logicalType: string | undefined;
  readonly scale: number;
  readonly fields: ReadonlyMap<string, AvroNode>;
  /** Of arrays and maps. */
  readonly element: AvroNode | undefined;
}

export function avroNode(schema: AvroJson, names = new Map<string, AvroNode>()): AvroNode {
  if (typeof schema === 'string') return names.get(schema.slice(schema.lastIndexOf('.') + 1)) ?? nodeOf(schema);
  if (Array.isArray(schema)) {
    const branches = (schema as readonly AvroJson[]).filter((branch) => branch !== 'null');
    const nodes = branches.map((branch) => avroNode(branch, names));
    return nodes.length === 1 ? nodes[0]! : nodeOf('union');
  }
  const { type, name, fields, items, values, logicalType, scale } = schema as { readonly [key: string]: AvroJson } & { readonly fields?: readonly { readonly name: string; readonly type: AvroJson }[]; readonly scale?: number };
  if (typeof type !== 'string') return avroNode(type!, names);
  const children = new Map<string, AvroNode>();
  const node = { ...nodeOf(type), logicalType: logicalType as string | undefined, scale: scale ?? 0, fields: children, element: undefined as AvroNode | undefined };
  // Before the fields: a record may hold itself.
  if (typeof name === 'string') names.set(name.slice(name.lastIndexOf('.') + 1), node);
  for (const field of fields ?? []) children.set(field.name, avroNode(field.type, names));
  if (items !== undefined || values !== undefined) node.element = avroNode(items ?? values!, names);
  return type in PRIMITIVES || children.size > 0 || node.element !== undefined || name !== undefined ? node : names.get(type.slice(type.lastIndexOf('.') + 1)) ?? node;
}

const PRIMITIVES = { null: 1, boolean: 1, int: 1, long: 1, float: 1, double: 1, bytes: 1, string: 1 };
const nodeOf = (type: string): AvroNode => ({ type, logicalType: undefined, scale: 0, fields: new Map(), element: undefined });
