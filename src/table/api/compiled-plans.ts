// COMPILE PLAN and EXECUTE PLAN: statements to a plan file and back. A plan is planned with the settings it was compiled with.
import type { PlanFiles } from '#table/api/plan-files';
import type { Session } from '#table/api/session';
import { compiledNodes, decodeStatements, encodeStatements, matchNodes, parsePlan, PLAN_VERSION, type CatalogObjects, type CompiledNode, type CompiledPlanJson } from '#table/compiled/compiled-plan';
import { TableError } from '#table/errors';
import type { ExecNode } from '#table/exec/exec-node';
import { stateOf } from '#table/explain/state-estimate';
import { Planner, type Modification } from '#table/planner/planner';
import type { ValidatorSession } from '#table/validator/statement-validator';

/** A plan on its way to a job. */
export interface LoadedPlan {
  readonly planner: Planner;
  readonly modifications: readonly Modification[];
  readonly roots: readonly ExecNode[];
  readonly nodes: ReadonlyMap<ExecNode, CompiledNode>;
}

/** @param settings of the environment; those of `table.…` are kept in the plan. */
export function compilePlan(modifications: readonly Modification[], session: Session, settings: Readonly<Record<string, unknown>>): string {
  if (session.isBatch) throw new TableError('TABLE_NOT_SUPPORTED', "The compiled plan feature is not supported in batch mode: SET 'execution.runtime-mode' = 'streaming'");
  const planner = new Planner(session);
  const optimized = modifications.map((modification) => planner.optimizedSink(modification));
  const roots = planner.sinksOfOptimized(optimized);
  const kept = choice(session, 'table.plan.compile.catalog-objects', ['ALL', 'SCHEMA', 'IDENTIFIER']);
  const all = { ...settings, ...Object.fromEntries(session.settings()), 'table.local-time-zone': session.timeZone };
  const tableSettings = Object.entries(all).filter(([key]) => key.startsWith('table.') && !key.startsWith('table.plan.')).map(([key, value]) => [key, String(value)] as const).sort();
  const plan: CompiledPlanJson = {
    planVersion: PLAN_VERSION, settings: Object.fromEntries(tableSettings), statements: encodeStatements(optimized, session.catalogs, kept),
    nodes: compiledNodes(roots, (node) => stateOf(node).some(({ isBoundByTtl }) => isBoundByTtl), session.option('table.exec.state.ttl') ?? '0 ms'),
  };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** Throws TABLE_PLAN_INVALID. @param place what messages call it: the path of its file. */
export function loadPlan(text: string, place: string, session: Session): LoadedPlan {
  const plan = parsePlan(text, place);
  const restored = choice(session, 'table.plan.restore.catalog-objects', ['ALL', 'ALL_ENFORCED', 'IDENTIFIER']);
  const modifications = decodeStatements(plan, session.catalogs, restored);
  const planner = new Planner(plannedSession(plan, session));
  const roots = planner.sinksOfOptimized(modifications);
  return { planner, modifications, roots, nodes: matchNodes(plan, roots, place) };
}

/** Refuses to replace a file unless told so. */
export async function writePlan(path: string, text: string, files: PlanFiles, options: { readonly ifNotExists: boolean; readonly isForced: boolean }): Promise<void> {
  const known = await files.read(path);
  if (known !== undefined && options.ifNotExists) return;
  if (known !== undefined && !options.isForced) {
    throw new TableError('TABLE_PLAN_INVALID', `Cannot overwrite the plan file '${path}': it is there already. Either manually remove the file or, if you're debugging your job, set the option 'table.plan.force-recompile' to true.`);
  }
  await files.write(path, text);
}

export async function readPlan(path: string, files: PlanFiles): Promise<string> {
  const text = await files.read(path);
  if (text === undefined) throw new TableError('TABLE_PLAN_INVALID', `Cannot load the plan file '${path}': there is no such file. Write it with COMPILE PLAN '${path}' FOR …`);
  return text;
}

function plannedSession(plan: CompiledPlanJson, session: Session): ValidatorSession {
  const localTimeZone = plan.settings['table.local-time-zone'] ?? session.timeZone;
  return {
    catalogs: session.catalogs, isBatch: false, option: (key) => plan.settings[key] ?? session.option(key),
    get functions() {
      return { ...session.functions, localTimeZone, isBatch: false };
    },
  };
}

function choice(session: Session, key: string, values: readonly CatalogObjects[]): CatalogObjects {
  const text = session.option(key)?.toUpperCase() ?? values[0]!;
  const found = values.find((value) => value === text);
  if (found === undefined) throw new TableError('TABLE_OPTION_INVALID', `${key} is '${text}': give one of ${values.join(', ')}`);
  return found;
}
