// Importing this module gives the process an executor for the jobs of its programs; `millrace` (src/index.ts) does so.
import { installHostExecutor } from '#client/cluster-client/host-executor';

installHostExecutor();
