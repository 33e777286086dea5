import { keyedStateContract } from '../keyed-state-contract.js';
import { stateMigrationContract } from '../state-migration-contract.js';
import { openBackend, openSlot, withAddon } from './rocksdb-fixture.js';

withAddon(() => {
  const slot = openSlot();
  keyedStateContract('rocksdb', ({ isObjectReuse: _isObjectReuse, ...options }) => openBackend(slot, options), 6);
  stateMigrationContract('rocksdb', ({ isObjectReuse: _isObjectReuse, ...options }) => openBackend(slot, options), 6);
  keyedStateContract('rocksdb with a hot tier of 4 rows', ({ isObjectReuse: _isObjectReuse, ...options }) => openBackend(slot, { ...options, hotTierRowsMax: 4 }), 6);
});
