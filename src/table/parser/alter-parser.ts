// The grammar of ALTER.
import type { AddPartitions, AlterChange, AlterStatement, ChangeSchema, DropPartitions, PositionedColumn } from '#table/parser/ast-alter';
import type { ObjectKind, PartitionItem } from '#table/parser/ast-ddl';
import type { Identifier, ObjectPath } from '#table/parser/ast-node';
import { CreateParser } from '#table/parser/create-parser';

type SchemaElement = ChangeSchema['elements'][number];

export abstract class AlterParser extends CreateParser {
  protected alter(): AlterStatement {
    const { start } = this.expect('ALTER');
    const isTemporary = this.accept('TEMPORARY');
    const isSystem = isTemporary && this.accept('SYSTEM');
    const object = this.objectKind();
    const ifExists = this.acceptIfExists();
    const name = this.expectPath();
    const change = this.changeOf(object);
    return { kind: 'alter', span: this.spanFrom(start), object, name, isTemporary, isSystem, ifExists, change };
  }

  private changeOf(object: ObjectKind): AlterChange {
    const { start } = this.token;
    switch (object) {
      case 'CATALOG':
        if (this.accept('COMMENT')) return { kind: 'set-comment', comment: this.expectString(), span: this.spanFrom(start) };
        return this.optionChange(start);
      case 'DATABASE':
        return this.optionChange(start);
      case 'VIEW':
        return this.accept('RENAME') ? this.renameObject(start) : this.setQuery(start);
      case 'FUNCTION':
        return this.setFunction(start);
      case 'MODEL':
      case 'CONNECTION':
        return this.accept('RENAME') ? this.renameObject(start) : this.optionChange(start);
      case 'TABLE':
        return this.accept('RENAME') ? this.renameTableOrColumn(start) : this.tableChange(start);
      case 'MATERIALIZED TABLE':
        return this.materializedTableChange(start);
    }
  }

  // ---- changes that several objects know

  /** `SET (...)`, `RESET (...)` */
  private optionChange(start: number): AlterChange {
    if (this.accept('SET')) return { kind: 'set-options', options: this.optionList(), span: this.spanFrom(start) };
    this.expect('RESET');
    return { kind: 'reset-options', keys: this.keyList(), span: this.spanFrom(start) };
  }

  private keyList(): string[] {
    this.expect('(');
    if (this.accept(')')) return [];
    const keys = this.list(() => this.expectString());
    this.expect(')');
    return keys;
  }

  private renameObject(start: number): AlterChange {
    this.expect('TO');
    return { kind: 'rename', newName: this.expectPath(), span: this.spanFrom(start) };
  }

  private setQuery(start: number): AlterChange {
    const startMode = this.acceptStartMode();
    this.expect('AS');
    return { kind: 'set-query', startMode, query: this.query(), span: this.spanFrom(start) };
  }

  private setFunction(start: number): AlterChange {
    this.expect('AS');
    const identifier = this.expectString();
    const language = this.acceptLanguage();
    const resources = this.acceptResources();
    return { kind: 'set-function', span: this.spanFrom(start), identifier, language, resources };
  }

  // ---- tables

  private renameTableOrColumn(start: number): AlterChange {
    if (this.is('TO')) return this.renameObject(start);
    const column = this.expectPath();
    this.expect('TO');
    return { kind: 'rename-column', column, newName: this.expectPath(), span: this.spanFrom(start) };
  }

  private tableChange(start: number): AlterChange {
    if (this.accept('ADD')) return this.addition(start);
    if (this.accept('MODIFY')) return this.modification(start);
    if (this.accept('DROP')) return this.removal(start);
    return this.optionChange(start);
  }

  private addition(start: number): AlterChange {
    if (this.is('PARTITION') || this.is('IF')) return this.addPartitions(start);
    if (this.accept('DISTRIBUTION')) return { kind: 'add-distribution', distribution: this.distribution(start), span: this.spanFrom(start) };
    return { kind: 'add-schema', elements: this.schemaElements(), span: this.spanFrom(start) };
  }

  private modification(start: number): AlterChange {
    if (this.accept('DISTRIBUTION')) return { kind: 'modify-distribution', distribution: this.distribution(start), span: this.spanFrom(start) };
    return { kind: 'modify-schema', elements: this.schemaElements(), span: this.spanFrom(start) };
  }

  private schemaElements(): SchemaElement[] {
    return this.is('(') ? this.parenthesised(() => this.schemaElement()) : [this.schemaElement()];
  }

  private schemaElement(): SchemaElement {
    if (this.is('WATERMARK')) return this.watermark();
    return this.isConstraint() ? this.tableConstraint() : this.positionedColumn();
  }

  private positionedColumn(): PositionedColumn {
    const { start } = this.token;
    const parents: Identifier[] = [];
    while (this.peek(1).upper === '.') {
      parents.push(this.expectIdentifier());
      this.advance();
    }
    const column = this.columnDefinition();
    const position = this.accept('FIRST') ? 'FIRST' : this.accept('AFTER') ? { after: this.expectPath() } : undefined;
    return { kind: 'positioned-column', span: this.spanFrom(start), parents, column, position };
  }

  private removal(start: number): AlterChange {
    if (this.acceptPair('PRIMARY', 'KEY')) return { kind: 'drop-primary-key', span: this.spanFrom(start) };
    if (this.accept('CONSTRAINT')) return { kind: 'drop-constraint', name: this.expectIdentifier(), span: this.spanFrom(start) };
    if (this.accept('WATERMARK')) return { kind: 'drop-watermark', span: this.spanFrom(start) };
    if (this.accept('DISTRIBUTION')) return { kind: 'drop-distribution', span: this.spanFrom(start) };
    if (this.is('PARTITION') || this.isSequence('IF', 'EXISTS')) return this.dropPartitions(start);
    const columns: ObjectPath[] = this.is('(') ? this.parenthesised(() => this.expectPath()) : [this.expectPath()];
    return { kind: 'drop-columns', span: this.spanFrom(start), columns };
  }

  private addPartitions(start: number): AddPartitions {
    const ifNotExists = this.acceptIfNotExists();
    const partitions = [this.addedPartition()];
    while (this.accept(',') || this.is('PARTITION')) partitions.push(this.addedPartition());
    return { kind: 'add-partitions', span: this.spanFrom(start), ifNotExists, partitions };
  }

  private addedPartition(): AddPartitions['partitions'][number] {
    const items = this.expectPartition();
    return { items, options: this.acceptOptions() };
  }

  private dropPartitions(start: number): DropPartitions {
    const ifExists = this.acceptIfExists();
    const partitions = [this.expectPartition()];
    while (this.accept(',') || this.is('PARTITION')) partitions.push(this.expectPartition());
    return { kind: 'drop-partitions', span: this.spanFrom(start), ifExists, partitions };
  }

  private expectPartition(): PartitionItem[] {
    this.expect('PARTITION');
    return this.parenthesised(() => this.partitionItem());
  }

  // ---- materialized tables

  private materializedTableChange(start: number): AlterChange {
    if (this.accept('SUSPEND')) return { kind: 'suspend', span: this.spanFrom(start) };
    if (this.accept('RESUME')) return { kind: 'resume', options: this.acceptOptions(), span: this.spanFrom(start) };
    if (this.accept('REFRESH')) return { kind: 'refresh', partition: this.acceptPartition(), span: this.spanFrom(start) };
    if (this.acceptSequence('SET', 'FRESHNESS')) return { kind: 'set-freshness', freshness: this.freshnessValue(), span: this.spanFrom(start) };
    if (this.acceptSequence('SET', 'REFRESH_MODE')) return { kind: 'set-refresh-mode', refreshMode: this.refreshModeValue(), span: this.spanFrom(start) };
    if (this.accept('RENAME')) return this.renameObject(start);
    return this.is('AS') || this.is('START_MODE') ? this.setQuery(start) : this.tableChange(start);
  }
}
