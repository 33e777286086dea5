// An engine process of its own that runs the recovery job, to be killed as a whole. argv: {args, parallelism, settings}.
import type { RecoveryArguments } from './recovery-job.js';
import { runRecovery } from './recovery-run.js';

const { args, parallelism, settings } = JSON.parse(process.argv[2]!) as { readonly args: RecoveryArguments; readonly parallelism: number; readonly settings: Readonly<Record<string, unknown>> };
const { error } = await runRecovery(args, parallelism, settings);
if (error !== undefined) console.error(`${error.code}: ${error.message}`);
process.exit(error === undefined ? 0 : 1);
