// Whether a program can be started from a snapshot, operator by operator, before anything is stopped or started: what is
// restored, migrated, dropped or refused. Reads every byte of the snapshot, so damage is found as well.
import { declaredState } from '#client/savepoint/declared-state';
import { SnapshotFiles, type SnapshotDoors } from '#client/savepoint/snapshot-files';
import { statesOf, type SnapshotState } from '#client/savepoint/snapshot-states';
import { ClientError } from '#client/errors';
import { compareStates, SEVERITY, type StateCheck, type StateOutcome } from '#client/savepoint/state-comparison';
import type { OperatorStateHandles, RestoreDescriptor } from '#cluster/messages/slot-messages';
import { assert } from '#core/assert';
import { Configuration } from '#core/config/configuration';
import { stateBackendOptions } from '#core/config/options/state-backend-options';
import { EngineError } from '#core/errors/engine-error';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import { createJobPlan, type JobPlan, type JobPlanVertex } from '#jobmanager/job-master/job-plan';
import { fitToRestore } from '#jobmanager/job-master/restore-check';
import type { OperatorEnvironment } from '#streaming/operator/stream-operator';

export interface OperatorCheck {
  readonly operatorId: string;
  readonly uid: string | undefined;
  readonly name: string | undefined;
  /** The worst of its states, or of the operator as a whole. */
  readonly outcome: StateOutcome;
  /** Why the operator as a whole is refused or dropped. */
  readonly notes: readonly string[];
  readonly states: readonly StateCheck[];
}

export interface SavepointCheck {
  readonly savepoint: string;
  readonly checkpointId: number;
  /** Nothing is refused. */
  readonly isRestorable: boolean;
  readonly operators: readonly OperatorCheck[];
}

export interface SavepointCheckOptions {
  readonly platform: SnapshotDoors;
  /** Its directory or its `_metadata`. */
  readonly savepoint: string;
  readonly streamGraph: StreamGraph;
  /** `--allowNonRestoredState`. */
  readonly isUnclaimedStateIgnored: boolean;
}

/** Rejects with what reading the snapshot rejects with: it is not whole, or not of this engine. */
export async function checkSavepoint({ platform, savepoint, streamGraph, isUnclaimedStateIgnored }: SavepointCheckOptions): Promise<SavepointCheck> {
  const snapshot = await SnapshotFiles.open(platform, savepoint);
  const { metadata, directory } = snapshot;
  const plan = createJobPlan(buildJobGraph(streamGraph), streamGraph);
  const operators: OperatorCheck[] = [];
  for (const handles of metadata.operators) {
    const written: SnapshotState[] = [];
    for await (const subtask of snapshot.subtasks(handles)) written.push(...statesOf(subtask));
    const vertex = plan.vertices.find((candidate) => candidate.operatorIds.includes(handles.operatorId));
    operators.push(vertex === undefined ? missingOperator(handles, written, isUnclaimedStateIgnored) : knownOperator({ handles, written, vertex, plan, streamGraph, platform, restore: snapshot.descriptor }));
  }
  const known = new Set(metadata.operators.map(({ operatorId }) => operatorId));
  for (const { operatorId, uid, name, streamNodeId } of plan.jobGraph.vertices.flatMap((vertex) => vertex.operators)) {
    if (known.has(operatorId)) continue;
    const declared = declaredOf({ streamGraph, streamNodeId, operatorId, maxParallelism: 1, platform }, environmentOf(streamGraph));
    const states = declared instanceof EngineError ? [] : compareStates([], declared).filter((state) => state.kind !== 'internal');
    if (states.length > 0) operators.push({ operatorId, uid, name, outcome: 'new', notes: [], states });
  }
  return { savepoint: directory, checkpointId: metadata.checkpointId, isRestorable: operators.every(({ outcome }) => outcome !== 'refused'), operators };
}

function missingOperator({ operatorId, uid, name }: OperatorStateHandles, written: readonly SnapshotState[], isIgnored: boolean): OperatorCheck {
  const note = isIgnored ? 'the job does not have the operator' : 'the job does not have the operator: give it the same uid, or allow its state to be dropped with --allowNonRestoredState';
  const outcome = isIgnored ? 'dropped' : 'refused';
  const names = new Map(written.map((state) => [state.section, state]));
  return { operatorId, uid, name, outcome, notes: [note], states: [...names.values()].map((state) => ({ name: state.name, kind: state.kind, outcome, notes: [] })) };
}

interface KnownOperator {
  readonly handles: OperatorStateHandles;
  readonly written: readonly SnapshotState[];
  readonly vertex: JobPlanVertex;
  readonly plan: JobPlan;
  readonly streamGraph: StreamGraph;
  readonly platform: SavepointCheckOptions['platform'];
  readonly restore: RestoreDescriptor;
}

function knownOperator({ handles, written, vertex, plan, streamGraph, platform, restore }: KnownOperator): OperatorCheck {
  const { operatorId } = handles;
  const operator = plan.jobGraph.vertices.flatMap(({ operators }) => operators).find((candidate) => candidate.operatorId === operatorId);
  assert(operator !== undefined, `operator ${operatorId} is in the graph of its vertex`);
  const common = { operatorId, uid: operator.uid ?? handles.uid, name: operator.name };
  try {
    fitToRestore(restore, [vertex], { isUnclaimedStateIgnored: true });
  } catch (thrown) {
    if (thrown instanceof EngineError) return { ...common, outcome: 'refused', notes: [thrown.line], states: [] };
    throw thrown;
  }
  const declaring = { streamGraph, streamNodeId: operator.streamNodeId, operatorId, maxParallelism: handles.maxParallelism, platform };
  const { isStateOnDisk } = environmentOf(streamGraph);
  const declared = declaredOf(declaring, { isStateOnDisk });
  // An operator may keep its state in another form where the backend keeps state on disk: it reads what either form has written.
  const otherwise = declared instanceof EngineError || areSameSections(written, declared) ? declared : declaredOf(declaring, { isStateOnDisk: !isStateOnDisk });
  for (const asked of [declared, otherwise]) if (asked instanceof EngineError) return { ...common, outcome: 'refused', notes: [asked.line], states: [] };
  const states = compareStates(written, declared as DeclaredStates, otherwise as DeclaredStates);
  const outcome = SEVERITY.find((candidate) => states.some((state) => state.outcome === candidate)) ?? 'restored';
  return { ...common, outcome, notes: [], states };
}

/** Undefined for a source or a sink. */
type DeclaredStates = readonly SnapshotState[] | undefined;

function areSameSections(written: readonly SnapshotState[], declared: DeclaredStates): boolean {
  if (declared === undefined) return true;
  const sections = new Set(written.map(({ section }) => section));
  return declared.length === sections.size && declared.every(({ section }) => sections.has(section));
}

/** In which the program's operators would run. */
function environmentOf({ options: { config } }: StreamGraph): OperatorEnvironment {
  return { isStateOnDisk: Configuration.fromMap(config).get(stateBackendOptions.type) === 'rocksdb' };
}

interface AskedOperator extends Pick<KnownOperator, 'streamGraph' | 'platform'> {
  readonly streamNodeId: number;
  readonly operatorId: string;
  readonly maxParallelism: number;
}

/** What the operator asks for in `open`; an error when `open` fails. */
function declaredOf({ streamGraph, streamNodeId, operatorId, maxParallelism, platform: { clock } }: AskedOperator, environment: OperatorEnvironment): DeclaredStates | EngineError {
  const { transformation } = streamGraph.node(streamNodeId);
  if (transformation.kind === 'source' || transformation.kind === 'sink') return undefined;
  try {
    return statesOf(declaredState({ operatorId, name: transformation.name, factory: transformation.operator, maxParallelism }, environment, clock));
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown;
    const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return new ClientError('SAVEPOINT_CHECK_OPEN_FAILED', `the open() of ${transformation.name} failed when it was asked for its state: ${said}: let it work where the check runs`, { cause: thrown });
  }
}
