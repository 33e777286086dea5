// The grammar of what tables are made of: columns, watermarks, constraints, distribution, partitions.
import type { ColumnDefinition, Distribution, PartitionItem, PartitionLiteral, TableConstraint, TableElement, Watermark } from '#table/parser/ast-ddl';
import type { Identifier } from '#table/parser/ast-node';
import { QueryParser } from '#table/parser/query-parser';

const LITERAL_KINDS = new Set(['null-literal', 'boolean-literal', 'numeric-literal', 'string-literal', 'binary-literal', 'datetime-literal', 'interval-literal']);

export abstract class TableElementParser extends QueryParser {
  /** One entry of the parentheses of CREATE TABLE. */
  protected tableElement(): TableElement {
    const { start } = this.token;
    if (this.is('WATERMARK')) return this.watermark();
    if (this.isConstraint()) return this.tableConstraint();
    const next = this.peek(1).upper;
    if (next !== ',' && next !== ')') return this.columnDefinition();
    return { kind: 'column-name', name: this.expectIdentifier(), span: this.spanFrom(start) };
  }

  protected isConstraint(): boolean {
    return this.is('CONSTRAINT') || this.is('PRIMARY') || this.is('UNIQUE');
  }

  protected watermark(): Watermark {
    const { start } = this.expect('WATERMARK');
    this.expect('FOR');
    const column = this.expectPath();
    this.expect('AS');
    const expression = this.expression();
    return { kind: 'watermark', span: this.spanFrom(start), column, expression };
  }

  protected tableConstraint(): TableConstraint {
    const { start } = this.token;
    const name = this.accept('CONSTRAINT') ? this.expectIdentifier() : undefined;
    const constraint = this.constraintKind();
    const columns = this.identifierList();
    const enforcement = this.acceptEnforcement();
    return { kind: 'table-constraint', span: this.spanFrom(start), name, constraint, columns, enforcement };
  }

  protected columnDefinition(): ColumnDefinition {
    const { start } = this.token;
    const name = this.expectIdentifier();
    if (this.accept('AS')) {
      const expression = this.expression();
      const comment = this.acceptComment();
      return { kind: 'computed-column', span: this.spanFrom(start), name, expression, comment };
    }
    const type = this.dataType();
    if (this.accept('METADATA')) {
      const from = this.accept('FROM') ? this.expectString() : undefined;
      const isVirtual = this.accept('VIRTUAL');
      const comment = this.acceptComment();
      return { kind: 'metadata-column', span: this.spanFrom(start), name, type, from, isVirtual, comment };
    }
    const constraint = this.isConstraint() ? this.columnConstraint(name) : undefined;
    const comment = this.acceptComment();
    return { kind: 'physical-column', span: this.spanFrom(start), name, type, constraint, comment };
  }

  private columnConstraint(column: Identifier): TableConstraint {
    const { start } = this.token;
    const name = this.accept('CONSTRAINT') ? this.expectIdentifier() : undefined;
    const constraint = this.constraintKind();
    const enforcement = this.acceptEnforcement();
    return { kind: 'table-constraint', span: this.spanFrom(start), name, constraint, columns: [column], enforcement };
  }

  private constraintKind(): TableConstraint['constraint'] {
    if (this.accept('UNIQUE')) return 'UNIQUE';
    this.expectSequence('PRIMARY', 'KEY');
    return 'PRIMARY KEY';
  }

  private acceptEnforcement(): TableConstraint['enforcement'] {
    if (this.accept('ENFORCED')) return 'ENFORCED';
    return this.acceptSequence('NOT', 'ENFORCED') ? 'NOT ENFORCED' : undefined;
  }

  // ---- distribution and partitions

  /** `DISTRIBUTED BY ...` in CREATE, `DISTRIBUTION BY ...` in ALTER; the first word is read. */
  protected distribution(start: number): Distribution {
    let method: Distribution['method'];
    let columns: Identifier[] = [];
    const isBy = this.accept('BY');
    if (isBy) {
      method = this.acceptOneOf(['HASH', 'RANGE']);
      columns = this.identifierList();
    }
    let buckets: number | undefined;
    if (!isBy || this.is('INTO')) {
      this.expect('INTO');
      buckets = this.expectInteger();
      this.expect('BUCKETS');
    }
    return { kind: 'distribution', span: this.spanFrom(start), method, columns, buckets };
  }

  protected acceptDistribution(): Distribution | undefined {
    const { start } = this.token;
    return this.accept('DISTRIBUTED') ? this.distribution(start) : undefined;
  }

  protected acceptPartitionedBy(): Identifier[] {
    return this.acceptPair('PARTITIONED', 'BY') ? this.identifierList() : [];
  }

  /** `PARTITION (a = 1, b = 'x')` where it stands; a name may stand without a value. */
  protected acceptPartition(): PartitionItem[] {
    return this.accept('PARTITION') ? this.parenthesised(() => this.partitionItem()) : [];
  }

  protected partitionItem(): PartitionItem {
    const { start } = this.token;
    const column = this.expectIdentifier();
    const value = this.accept('=') ? this.partitionValue() : undefined;
    return { kind: 'partition-item', span: this.spanFrom(start), column, value };
  }

  private partitionValue(): PartitionLiteral {
    const { start } = this.token;
    const isNegative = this.accept('-');
    const value = this.primary();
    if (!LITERAL_KINDS.has(value.kind) || (isNegative && value.kind !== 'numeric-literal')) {
      this.failAt(this.spanFrom(start), 'The value of a partition is a literal');
    }
    return isNegative && value.kind === 'numeric-literal' ? { ...value, text: `-${value.text}`, span: this.spanFrom(start) } : (value as PartitionLiteral);
  }
}
