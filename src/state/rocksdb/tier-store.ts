// The database of one keyed operator subtask with its hot tier: opened on a directory of its own, one column family per
// registered state, gone with the directory when it is closed. Thread: the slot's.
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { ColumnFamilyOptions, Compression, RocksDbAddon, TimeToLive } from '#state/rocksdb/native/rocksdb-addon';
import { removeDatabaseDirectory } from '#state/rocksdb/orphaned-databases';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import { HotTier, type TierFamily } from '#state/rocksdb/tier/hot-tier';
import { TierDatabase } from '#state/rocksdb/tier/tier-database';
import { TierScan } from '#state/rocksdb/tier/tier-scan';

/** Of a column family, as a restore must know it before the database is opened. */
export interface FamilyDescription {
  readonly name: string;
  readonly shape: 'value' | 'list';
  readonly ttlMs: number | undefined;
}

export interface TierStoreOptions {
  readonly slot: RocksDbSlot;
  readonly files: Files;
  /** By it entries expire. */
  readonly clock: Clock;
  /** Of this database alone; made if need be. */
  readonly directory: string;
  readonly owner: string;
  /** Families that are in the directory already. */
  readonly families: readonly FamilyDescription[];
  readonly hotTierRowsMax: number;
  readonly valueBytesMax: number;
  readonly onStalled: () => void;
  /** Names the files that this database makes, among those of all databases there ever were. */
  readonly instanceId: string;
  /** Of files that came with a restore, by name: they are known to checkpoint storage already. */
  readonly sharedIds?: ReadonlyMap<string, string>;
}

export class TierStore {
  readonly directory: string;
  readonly database: TierDatabase;
  readonly tier: HotTier;
  readonly scan: TierScan;
  readonly #options: TierStoreOptions;
  readonly #families = new Map<string, TierFamily>();
  readonly #sharedIds: ReadonlyMap<string, string>;

  constructor(options: TierStoreOptions) {
    const { slot, directory, files, clock, owner, families } = options;
    files.mkdirsSync(directory);
    this.#options = options;
    this.#sharedIds = options.sharedIds ?? new Map();
    this.directory = `${directory}/db`;
    this.database = new TierDatabase({
      addon: slot.addon, memory: slot.memory, owner, budget: slot.tierBudget, nowMs: () => Math.floor(clock.now()),
      open: (memory) => slot.addon.openDatabase(this.directory, {
        ...slot.settings.database, memory, ...(slot.resources === undefined ? {} : { resources: slot.resources }), columnFamilies: families.map((family) => this.#familyOptions(family)),
      }),
    });
    this.tier = new HotTier({ database: this.database, rowsMax: options.hotTierRowsMax, valueBytesMax: options.valueBytesMax, onRefused: options.onStalled });
    this.scan = new TierScan(this.tier, this.database);
    for (const { name } of families) this.#families.set(name, this.tier.addFamily(name, this.database.database.columnFamily(name), false));
  }

  /** The family, made if need be. */
  family(description: FamilyDescription): TierFamily {
    let family = this.#families.get(description.name);
    if (family === undefined) {
      family = this.tier.addFamily(description.name, this.database.database.createColumnFamily(this.#familyOptions(description)), true);
      this.#families.set(description.name, family);
    }
    return family;
  }

  /** By which checkpoints know a file that never changes. RocksDB uses a number once only. */
  sharedIdOf(name: string): string {
    return this.#sharedIds.get(name) ?? `${this.#options.instanceId}-${name}`;
  }

  /** The family and its data go. */
  dropFamily(name: string): void {
    const family = this.#families.get(name)!;
    this.tier.writer.writeFamily(family);
    this.database.database.dropColumnFamily(name);
    this.#families.delete(name);
  }

  get families(): IterableIterator<TierFamily> {
    return this.#families.values();
  }

  /** Idempotent. The directory goes as well. */
  close(): void {
    this.database.close();
    removeDatabaseDirectory(this.#options.directory, this.#options.files);
  }

  #familyOptions({ name, shape, ttlMs }: FamilyDescription): ColumnFamilyOptions {
    const { addon, settings } = this.#options.slot;
    const timeToLive: { timeToLive?: TimeToLive; periodicCompactionSeconds?: number } = ttlMs === undefined ? { periodicCompactionSeconds: 0 } : { timeToLive: { timeToLiveMs: ttlMs, shape } };
    return {
      ...settings.family, ...timeToLive, name, mergeOperator: 'append', compressionPerLevel: (settings.family.compressionPerLevel ?? []).map((wanted) => availableOf(wanted, addon)),
    };
  }
}

/** Builds of RocksDB differ in the compressions they have; what files are compressed by changes no result. */
function availableOf(wanted: Compression, addon: RocksDbAddon): Compression {
  const { compressions } = addon.about;
  if (wanted === 'none' || compressions.includes(wanted)) return wanted;
  return compressions.includes('lz4') ? 'lz4' : 'none';
}
