// The functions that C++ exports, as they are: handles and offsets are numbers, results go into the registered memory.
// Only the classes of this folder call them, after checking what C++ takes for granted. Every function throws an Error with
// a code of ROCKSDB_ERRORS; those that give a promise run beside the thread and reject with one.

/** Names a native object of this thread; 0 is none, one whose object is closed gives ROCKSDB_CLOSED. */
export type Handle = number;

export interface AboutAddon {
  readonly rocksdbVersion: string;
  /** `system`: the distribution's library, with assertions; `static`: our optimised build, the one for published figures. */
  readonly link: 'system' | 'static';
  readonly isRelease: boolean;
  readonly compressions: readonly string[];
}

export interface AddonFunctions {
  about(): AboutAddon;

  memoryRegister(bytes: Uint8Array): Handle;
  memoryRelease(memory: Handle): void;

  resourcesCreate(cacheBytes: number, writeBufferBytes: number, options: object): Handle;
  /** 0 when nobody holds them any more. */
  resourcesAttach(sharedId: number): Handle;
  resourcesFigure(resources: Handle, which: number): number;
  resourcesRelease(resources: Handle): void;

  /** The database, then its column families in the order of `options.families`. */
  databaseOpen(path: string, memory: Handle, resources: Handle, options: object): Handle[];
  databaseClose(database: Handle): void;
  databaseUseMemory(database: Handle, memory: Handle): void;
  databaseListFamilies(path: string): string[];
  databaseTryDestroy(path: string): 0 | 1;
  databaseCreateFamily(database: Handle, options: object): Handle;
  databaseCheckpoint(database: Handle, directory: string): Promise<void>;
  databaseFlush(database: Handle): Promise<void>;
  databaseAwaitIdle(database: Handle): void;
  databaseSetQueryTime(database: Handle, milliseconds: number): void;
  databaseTotal(database: Handle, property: string): number;
  databaseTicker(database: Handle, name: string): number;
  databaseSequence(database: Handle): number;
  databaseSetBackgroundThreads(compactions: number, flushes: number): void;
  databaseWrite(database: Handle, offset: number, length: number): 1;
  databaseTryWrite(database: Handle, offset: number, length: number): 0 | 1;

  familyGet(family: Handle, keyOffset: number, keyLength: number, outOffset: number, outCapacity: number): number;
  familyMultiGet(family: Handle, count: number, tableOffset: number, keysOffset: number, valuesOffset: number, valuesCapacity: number): number;
  familyPut(family: Handle, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): 1;
  familyTryPut(family: Handle, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): 0 | 1;
  familyDelete(family: Handle, keyOffset: number, keyLength: number): 1;
  familyTryDelete(family: Handle, keyOffset: number, keyLength: number): 0 | 1;
  familyDeleteRange(family: Handle, beginOffset: number, beginLength: number, endOffset: number, endLength: number): void;
  familyDeleteFilesInRange(family: Handle, beginOffset: number, beginLength: number, endOffset: number, endLength: number): void;
  familyIndex(family: Handle): number;
  familyDrop(family: Handle): void;
  familyFigure(family: Handle, property: string): number;
  familyText(family: Handle, property: string): string;
  familyCompact(family: Handle): Promise<void>;
  familyIngest(family: Handle, options: { readonly paths: readonly string[]; readonly isMove: boolean }): Promise<void>;

  iteratorOpen(family: Handle, lowerOffset: number, lowerLength: number, upperOffset: number, upperLength: number, flags: number): Handle;
  iteratorSeek(iterator: Handle, keyOffset: number, keyLength: number): void;
  iteratorNext(iterator: Handle, countMax: number, outOffset: number, outCapacity: number): number;
  iteratorClose(iterator: Handle): void;

  sstOpen(path: string, memory: Handle, options: object): Handle;
  sstAdd(writer: Handle, offset: number, length: number, count: number): void;
  sstFinish(writer: Handle): number;
  sstAbandon(writer: Handle): void;
}
