// Bounded scan of a table of a database, in one split or in one per range of a column. Enumerator: JobMaster's thread; readers: slots.
import { JdbcSourceReader } from '#connectors/jdbc/reader';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { DatabaseAddress, DatabaseCells, DatabaseStatement } from '#platform/database/database-messages';
import type { Source, SourceReaderContext, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface JdbcSplit {
  readonly id: string;
  readonly index: number;
  /** Rows of the split that were handed out already. */
  readonly offset: number;
}

export interface JdbcScan<T> {
  readonly address: DatabaseAddress;
  /** One per split. The order of their rows must be the same whenever they are asked of an unchanged table. */
  readonly statements: readonly DatabaseStatement[];
  readonly toRow: (cells: DatabaseCells) => T;
  /** Rows that the server hands over at a time. */
  readonly fetchRows: number;
  /** Of each split. */
  readonly limit: number;
}

export class JdbcSource<T> implements Source<T, JdbcSplit, RemainingSplits<JdbcSplit>> {
  readonly name = 'JDBC Source';
  readonly boundedness = 'bounded';
  readonly producedType = undefined;
  readonly #scan: JdbcScan<T>;

  constructor(scan: JdbcScan<T>) {
    this.#scan = scan;
  }

  createEnumerator(context: SplitEnumeratorContext<JdbcSplit>, checkpoint: RemainingSplits<JdbcSplit> | undefined): SplitEnumerator<JdbcSplit, RemainingSplits<JdbcSplit>> {
    return new StaticSplitEnumerator(context, checkpoint, () => this.#scan.statements.map((_, index) => ({ id: `jdbc-${index}`, index, offset: 0 })));
  }

  createReader(context: SourceReaderContext): JdbcSourceReader<T> {
    return new JdbcSourceReader(context, this.#scan);
  }
}
