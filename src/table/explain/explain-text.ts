// EXPLAIN: syntax tree, optimised and physical plan as text, in Flink's sections; the details that were asked for stand in the lines
// of the nodes, or in sections of their own behind them.
import { MemorySize } from '#core/config/memory-size';
import { inferChangelog } from '#table/exec/changelog-inference';
import type { ExecNode } from '#table/exec/exec-node';
import { planTrees, type NodeText } from '#table/exec/plan-text';
import { planAdvice, type AdviceSettings, type PlanAdvice } from '#table/explain/plan-advice';
import { planStatistics, type PlanStatistics } from '#table/explain/plan-statistics';
import { growsForEver, stateOf, timeToLive, type StateEstimate } from '#table/explain/state-estimate';
import type { LogicalPlan } from '#table/logical/logical-plan';
import { logicalTree } from '#table/logical/logical-text';
import type { ExplainDetail } from '#table/parser/ast-statement';
import { doubleText } from '#table/values/java-number-text';

export interface ExplainedPlan {
  /** One per statement. */
  readonly logical: readonly LogicalPlan[];
  readonly roots: readonly ExecNode[];
  readonly details: readonly ExplainDetail[];
  readonly settings: AdviceSettings;
  /** The graph of the job as JSON, made when it is asked for. */
  readonly executionPlan: () => string;
}

export function explainText({ logical, roots, details, settings, executionPlan }: ExplainedPlan): string {
  const advice = details.includes('PLAN_ADVICE') ? planAdvice(roots, settings) : undefined;
  return [
    '== Abstract Syntax Tree ==', ...logical.map((plan) => `${logicalTree(plan)}\n`),
    `== Optimized Physical Plan${advice === undefined ? '' : ' With Advice'} ==`, ...planTrees(roots, nodeDetails(roots, details, advice)).map((tree) => `${tree}\n`),
    ...(advice === undefined ? [] : [adviceText(advice), '']),
    '== Optimized Execution Plan ==', ...planTrees(roots, { inputs: readInputs(inferChangelog(roots)) }).map((tree) => `${tree}\n`),
    ...stateSection(roots, settings),
    ...(details.includes('JSON_EXECUTION_PLAN') ? ['== Physical Execution Plan ==', executionPlan(), ''] : []),
  ].join('\n');
}

function nodeDetails(roots: readonly ExecNode[], details: readonly ExplainDetail[], advice: ReadonlyMap<PlanAdvice, readonly ExecNode[]> | undefined): NodeText {
  const traits = inferChangelog(roots);
  const statistics = planStatistics();
  const pieces = [...(advice ?? [])];
  const inside = (node: ExecNode): string => {
    const numbers = pieces.flatMap(([, nodes], index) => (nodes.includes(node) ? [index + 1] : []));
    return `${details.includes('CHANGELOG_MODE') ? `, changelogMode=[${changelogText(node, traits)}]` : ''}${numbers.length > 0 ? `, advice=[${numbers.join(', ')}]` : ''}`;
  };
  return { inside, inputs: readInputs(traits), ...(details.includes('ESTIMATED_COST') ? { behind: (node: ExecNode) => costText(node, statistics) } : {}) };
}

/** What is passed over when the plan runs is not shown. */
function readInputs(traits: ReturnType<typeof inferChangelog>): (node: ExecNode) => readonly ExecNode[] {
  return (node) => node.inputs.map((input) => traits.standsFor(input));
}

function changelogText(node: ExecNode, traits: ReturnType<typeof inferChangelog>): string {
  if (node.kind === 'Sink') return 'NONE';
  const { updates, deletes } = traits.changesOf(node);
  return ['I', ...(updates && traits.emitsUpdateBefore(node) ? ['UB'] : []), ...(updates ? ['UA'] : []), ...(deletes ? ['D'] : [])].join(',');
}

function costText(node: ExecNode, statistics: PlanStatistics): string {
  const { rows, cpu, io, network, memory } = statistics.costOf(node);
  return `: rowcount = ${doubleText(statistics.rowsOf(node))}, cumulative cost = {${doubleText(rows)} rows, ${doubleText(cpu)} cpu, ${doubleText(io)} io, ${doubleText(network)} network, ${doubleText(memory)} memory}`;
}

function adviceText(advice: ReadonlyMap<PlanAdvice, readonly ExecNode[]>): string {
  if (advice.size === 0) return 'No available advice...';
  return [...advice.keys()].map(({ level, text }, index) => `advice[${index + 1}]: [${level}] ${text}`).join('\n');
}

const MILLION = 1_000_000;

const GROWTH_TEXT: Readonly<Record<StateEstimate['growth'], string>> = {
  'until-limit': 'stays as it is', 'by-time': 'given back as time passes', 'by-key': 'grows with the number of keys', 'by-row': 'grows with the number of rows',
};

/** A line per kind of entry that an operator keeps; nothing for plans without state. */
function stateSection(roots: readonly ExecNode[], settings: AdviceSettings): readonly string[] {
  if (settings.isBatch) return [];
  const nodes = new Set<ExecNode>();
  const visit = (node: ExecNode): void => {
    node.inputs.forEach(visit);
    nodes.add(node);
  };
  roots.forEach(visit);
  const lines = [...nodes].flatMap((node) => stateOf(node).map((state, index) => stateLine(node, state, timeToLive(node, index, settings))));
  return lines.length === 0 ? [] : ['== Estimated State ==', ...lines, ''];
}

/** @param timeToLive undefined = none. */
function stateLine(node: ExecNode, state: StateEstimate, timeToLive: string | undefined): string {
  const { entry, bytesPerEntry, growth, isBoundByTtl } = state;
  const many = growth === 'until-limit' ? '' : ` (${MemorySize.of(bytesPerEntry * MILLION).toHumanString().split(' ')[0]!} for a million)`;
  const ttl = isBoundByTtl && timeToLive !== undefined && growth !== 'until-limit' ? `, forgotten after ${timeToLive} without a change` : '';
  const warning = growsForEver(node, state, timeToLive) ? `  [WARNING] grows for ever${isBoundByTtl ? ": set 'table.exec.state.ttl'" : ''}` : '';
  return `${node.kind}: about ${bytesPerEntry} bytes per ${entry}${many}, ${GROWTH_TEXT[growth]}${ttl}${warning}`;
}
