// The queries there are, by name, in the order in which `--query all` runs them.
import type { NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { q0 } from '#cli/commands/nexmark/queries/q0';
import { q1 } from '#cli/commands/nexmark/queries/q1';
import { q11 } from '#cli/commands/nexmark/queries/q11';
import { q2 } from '#cli/commands/nexmark/queries/q2';
import { q3 } from '#cli/commands/nexmark/queries/q3';
import { q5 } from '#cli/commands/nexmark/queries/q5';
import { q8 } from '#cli/commands/nexmark/queries/q8';

export const NEXMARK_QUERIES: Readonly<Record<string, NexmarkQuery>> = { q0, q1, q2, q3, q5, q8, q11 };
