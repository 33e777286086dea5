// EXPLAIN PLAN_ADVICE: what the author of a query might change, each piece of advice once and with the nodes it is for.
import type { ExecNode } from '#table/exec/exec-node';
import { GroupAggregateExec, isMergeable } from '#table/exec/group-aggregate-exec';
import { aggregatePhasesOf, miniBatchOf } from '#table/exec/mini-batch-settings';
import type { FunctionContext } from '#table/functions/function-definition';
import { growsForEver, stateOf, timeToLive } from '#table/explain/state-estimate';

export interface PlanAdvice {
  readonly level: 'ADVICE' | 'WARNING';
  readonly text: string;
}

export interface AdviceSettings {
  readonly isBatch: boolean;
  readonly hasTtl: boolean;
  readonly functions: FunctionContext;
  option(key: string): string | undefined;
}

/** Flink's words, as its users look for them. */
const TWO_PHASES = 'You might want to enable local-global two-phase optimization by configuring';
const MINI_BATCH: PlanAdvice = {
  level: 'ADVICE',
  text: `${TWO_PHASES} ('table.exec.mini-batch.enabled' to 'true', 'table.exec.mini-batch.allow-latency' to a positive duration, 'table.exec.mini-batch.size' to a positive number of rows).`,
};
const PHASE_STRATEGY: PlanAdvice = { level: 'ADVICE', text: `${TWO_PHASES} ('table.optimizer.agg-phase-strategy' to 'AUTO').` };

const GROWING: PlanAdvice = {
  level: 'WARNING',
  text: "The state of this operator grows for as long as the query runs. Set 'table.exec.state.ttl' to the time after which a key that is not seen again may be forgotten, or bound it by a window or an interval.",
};

const UNBOUNDED_MATCH: PlanAdvice = {
  level: 'WARNING',
  text: 'A match that never ends keeps its rows for as long as the query runs. Bound it with WITHIN INTERVAL.',
};

/** Advice in the order of the plan; every piece with the nodes it holds for. */
export function planAdvice(roots: readonly ExecNode[], settings: AdviceSettings): ReadonlyMap<PlanAdvice, readonly ExecNode[]> {
  const advice = new Map<PlanAdvice, ExecNode[]>();
  const seen = new Set<ExecNode>();
  const visit = (node: ExecNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const piece of adviceFor(node, settings)) advice.set(piece, [...(advice.get(piece) ?? []), node]);
    node.inputs.forEach(visit);
  };
  if (!settings.isBatch) roots.forEach(visit);
  return advice;
}

function adviceFor(node: ExecNode, settings: AdviceSettings): readonly PlanAdvice[] {
  const pieces: PlanAdvice[] = [];
  if (stateOf(node).some((state, index) => growsForEver(node, state, timeToLive(node, index, settings)))) pieces.push(node.kind === 'Match' ? UNBOUNDED_MATCH : GROWING);
  if (node instanceof GroupAggregateExec && node.aggregates.length > 0 && isMergeable(node, settings.functions)) {
    if (miniBatchOf(settings) === undefined) pieces.push(MINI_BATCH);
    else if (aggregatePhasesOf(settings) === 'ONE_PHASE') pieces.push(PHASE_STRATEGY);
  }
  return pieces;
}
