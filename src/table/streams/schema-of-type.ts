// The columns that a stream of a known type has as a table.
import type { TypeInformation } from '#core/types/type-information';
import { TableError } from '#table/errors';
import { Schema } from '#table/fluent/schema';

const SQL_TYPES: Partial<Readonly<Record<TypeInformation['kind'], string>>> = {
  boolean: 'BOOLEAN', int: 'INT', long: 'BIGINT', bigint: 'BIGINT', int64: 'BIGINT', double: 'DOUBLE', string: 'STRING', bytes: 'BYTES',
};

/** Fields of a row, elements of a tuple (`f0`, `f1` …), or one column `f0`. Throws TABLE_API_INVALID where the type does not say enough. */
export function schemaOfType(type: TypeInformation | undefined): Schema {
  if (type === undefined) throw new TableError('TABLE_API_INVALID', 'the type of the stream is not known: give a schema, or say the type with returns(…)');
  const columns = type.kind === 'row' ? type.fields.map(({ name, type: field }) => [name, field] as const) : type.kind === 'tuple' ? type.elements.map((element, index) => [`f${index}`, element] as const) : [['f0', type] as const];
  const builder = Schema.newBuilder();
  for (const [name, field] of columns) builder.column(name, sqlType(field, name));
  return builder.build();
}

function sqlType(type: TypeInformation, name: string): string {
  const bare = bareType(type, name);
  return type.kind === 'nullable' ? bare : `${bare} NOT NULL`;
}

function bareType(type: TypeInformation, name: string): string {
  switch (type.kind) {
    case 'nullable': return bareType(type.inner, name);
    case 'list': return `ARRAY<${sqlType(type.element, name)}>`;
    case 'map': return `MAP<${sqlType(type.key, name)}, ${sqlType(type.value, name)}>`;
    case 'row': return `ROW<${type.fields.map((field) => `\`${field.name}\` ${sqlType(field.type, name)}`).join(', ')}>`;
    default: return SQL_TYPES[type.kind] ?? unknownType(type, name);
  }
}

function unknownType(type: TypeInformation, name: string): never {
  throw new TableError('TABLE_API_INVALID', `column ${name} has type ${type.kind}, which is none of SQL: give a schema that says which it is to be`);
}
