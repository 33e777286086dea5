// The package path `millrace/testing`: harnesses for functions and operators of one's own, and the simulated host they
// can share. Re-exports only.
export {
  createHarness, createStreamHarness, createTwoStreamHarness, type KeyedHarnessOptions, type PlainFunctionOptions, type TwoKeysHarnessOptions,
} from '#testing/harness/create-harness';
export { OneInputHarness, OperatorHarness, TwoInputHarness, type HarnessOptions, type SubtaskOptions } from '#testing/harness/operator-harness';
export type { EmittedRow } from '#testing/harness/recorded-output';

export { simulatedPlatform, type RunOptions, type SimulatedPlatform, type SimulatedPlatformOptions } from '#platform/simulated-platform';
export { SimulatedClock, type SimulatedClockOptions } from '#platform/clock/simulated-clock';
export { SimulatedDisk } from '#platform/files/simulated-disk';
export { SimulatedFiles } from '#platform/files/simulated-files';
export { CollectedLog } from '#platform/log/collected-log';
export { SeededRandom } from '#platform/random/seeded-random';
export { clearValues, registerValues, writtenValues, type RegisteredRow, type WrittenRow } from '#table/factories/values-registry';
