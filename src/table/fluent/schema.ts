// Schemas and descriptors of tables in programs: the lines of a CREATE TABLE, by calls.
import type { ColumnExpression } from '#table/fluent/column-expression';
import { nameText } from '#table/fluent/literal-text';
import { optionsText } from '#table/fluent/options-text';

/** Immutable; made by `Schema.newBuilder()`. */
export class Schema {
  /** As they stand in CREATE TABLE. */
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  static newBuilder(): SchemaBuilder {
    return new SchemaBuilder();
  }
}

export class SchemaBuilder {
  readonly #lines: string[] = [];

  /** @param type SQL text, `BIGINT NOT NULL`. */
  column(name: string, type: string): this {
    return this.#line(`${nameText([name])} ${type}`);
  }

  columnByExpression(name: string, expression: string | ColumnExpression): this {
    return this.#line(`${nameText([name])} AS ${typeof expression === 'string' ? expression : expression.sql}`);
  }

  columnByMetadata(name: string, type: string, options: { readonly key?: string; readonly isVirtual?: boolean } = {}): this {
    return this.#line(`${nameText([name])} ${type} METADATA${options.key === undefined ? '' : ` FROM '${options.key.replaceAll("'", "''")}'`}${options.isVirtual === true ? ' VIRTUAL' : ''}`);
  }

  watermark(column: string, expression: string | ColumnExpression): this {
    return this.#line(`WATERMARK FOR ${nameText([column])} AS ${typeof expression === 'string' ? expression : expression.sql}`);
  }

  primaryKey(first: string, ...more: readonly string[]): this {
    return this.#line(`PRIMARY KEY (${[first, ...more].map((name) => nameText([name])).join(', ')}) NOT ENFORCED`);
  }

  build(): Schema {
    return new Schema([...this.#lines]);
  }

  #line(line: string): this {
    this.#lines.push(line);
    return this;
  }
}

interface DescriptorParts {
  readonly schema?: Schema;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionKeys: readonly string[];
  readonly comment?: string;
}

/** A connector with its options and a schema. */
export class TableDescriptor {
  readonly #parts: DescriptorParts;

  constructor(parts: DescriptorParts) {
    this.#parts = parts;
  }

  static forConnector(connector: string): TableDescriptor {
    return new TableDescriptor({ options: { connector }, partitionKeys: [] });
  }

  schema(schema: Schema): TableDescriptor {
    return new TableDescriptor({ ...this.#parts, schema });
  }

  option(key: string, value: string | number | boolean): TableDescriptor {
    return new TableDescriptor({ ...this.#parts, options: { ...this.#parts.options, [key]: String(value) } });
  }

  /** @param options of the format, without its name before them. */
  format(format: string, options: Readonly<Record<string, string>> = {}): TableDescriptor {
    const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [`${format}.${key}`, value]));
    return new TableDescriptor({ ...this.#parts, options: { ...this.#parts.options, format, ...own } });
  }

  partitionedBy(...keys: readonly string[]): TableDescriptor {
    return new TableDescriptor({ ...this.#parts, partitionKeys: keys });
  }

  comment(comment: string): TableDescriptor {
    return new TableDescriptor({ ...this.#parts, comment });
  }

  /** The CREATE TABLE that makes it. */
  toSql(path: string, options: { readonly isTemporary: boolean; readonly ifNotExists?: boolean }): string {
    const { schema, options: tableOptions, partitionKeys, comment } = this.#parts;
    return [
      `CREATE ${options.isTemporary ? 'TEMPORARY ' : ''}TABLE ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${path}${schema === undefined ? '' : ` (\n  ${schema.lines.join(',\n  ')}\n)`}`,
      ...(comment === undefined ? [] : [`COMMENT '${comment.replaceAll("'", "''")}'`]),
      ...(partitionKeys.length === 0 ? [] : [`PARTITIONED BY (${partitionKeys.map((key) => nameText([key])).join(', ')})`]),
      `WITH (${optionsText(tableOptions)})`,
    ].join('\n');
  }
}
