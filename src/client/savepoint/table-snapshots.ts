// Snapshots as tables see them. What reads them is loaded with the first. Thread: any.
import type { Platform } from '#client/platform';
import type { Snapshots } from '#table/factories/snapshots';

export function createTableSnapshots(platform: Pick<Platform, 'files' | 'clock' | 'random' | 'process'>): Snapshots {
  return {
    async open(path) {
      const { SavepointReader } = await import('#client/savepoint/savepoint-reader');
      const reader = await SavepointReader.read(await latestIn(platform.files, path), platform);
      return {
        checkpointId: reader.checkpointId,
        operators: reader.operators,
        operator: (operator) => reader.operator(operator),
        states: async () => (await reader.states()).map(({ operator, name, kind, bytes }) => ({ operatorId: operator.operatorId, name, kind, bytes })),
        rows: (operator, state) => reader.rows(operator, state),
      };
    },
  };
}

/** A directory of checkpoints stands for its latest that is complete. */
async function latestIn(files: Platform['files'], path: string): Promise<string> {
  const directory = path.replace(/^file:(\/\/)?/, '');
  if (!(await files.stat(directory))?.isDirectory || await files.exists(`${directory}/_metadata`)) return directory;
  const numbers: number[] = [];
  for (const { name, path: checkpoint } of await files.list(directory)) {
    const number = /^chk-(\d+)$/.exec(name)?.[1];
    if (number !== undefined && await files.exists(`${checkpoint}/_metadata`)) numbers.push(Number(number));
  }
  return numbers.length === 0 ? directory : `${directory}/chk-${Math.max(...numbers)}`;
}
