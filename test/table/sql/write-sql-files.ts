// Writes what the records of SQL text files give behind them, as a stream: run it, and read the difference.
import { writeFileSync } from 'node:fs';
import { SqlSession } from './run-sql-file.js';
import { readSqlFile, writtenRecord } from './sql-file.js';
import { sqlFiles } from './sql-files-folder.js';

for (const { path } of sqlFiles()) {
  const session = new SqlSession('streaming');
  const texts: string[] = [];
  for (const record of readSqlFile(path)) {
    const outcome = await session.run(record);
    if (outcome.kind === 'error' && record.kind !== 'error') throw new Error(`${path}:${record.line}: ${outcome.message}`);
    texts.push(writtenRecord(record, record.kind === 'table' ? record.expected : outcome.kind === 'error' ? outcome.message.split('\n').slice(0, 1) : outcome.lines));
  }
  writeFileSync(path, `${texts.join('\n\n')}\n`);
}
process.exit(0);
