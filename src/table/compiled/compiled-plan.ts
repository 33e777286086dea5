// A compiled plan: the optimised logical plans of the statements, what the session said when they were planned, and the operators
// that came of it with their uids. Executing it plans operators from the kept logical plans and holds them to the list, so a plan
// either runs as it was compiled, state included, or is refused.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import { kebabCase } from '#table/compiled/operator-uids';
import { decodePlan, encodePlan, isOfProgram, tableName, type PlanDecoding, type PlanEncoding } from '#table/compiled/plan-json';
import { TableError } from '#table/errors';
import type { ExecNode } from '#table/exec/exec-node';
import type { NodeTtl } from '#table/exec/translate-plan';
import { findBuiltInFunction } from '#table/functions/built-in-functions';
import type { FunctionDefinition } from '#table/functions/function-definition';
import { replicateRows, unnest, unnestWithOrdinality } from '#table/functions/planner-table-functions';
import type { Modification } from '#table/planner/planner';
import { serializableTypeText, summaryTypeText } from '#table/types/type-text';

export const PLAN_VERSION = 1;

export interface CompiledNode {
  readonly id: number;
  readonly type: string;
  readonly uid: string;
  readonly description: string;
  readonly outputType: string;
  readonly inputs: readonly number[];
  /** Of what the operator keeps without bound, by input where hints say so; may be changed in the file. Absent: none of its own. */
  readonly stateTtl?: NodeTtl;
}

export interface CompiledPlanJson {
  readonly planVersion: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly statements: readonly unknown[];
  readonly nodes: readonly CompiledNode[];
}

export type CatalogObjects = 'ALL' | 'SCHEMA' | 'IDENTIFIER' | 'ALL_ENFORCED';

/** Nodes below the roots, inputs first, each once. */
export function nodesInOrder(roots: readonly ExecNode[]): readonly ExecNode[] {
  const nodes = new Set<ExecNode>();
  const visit = (node: ExecNode): void => {
    if (nodes.has(node)) return;
    node.inputs.forEach(visit);
    nodes.add(node);
  };
  roots.forEach(visit);
  return [...nodes];
}

/** @param ttl `table.exec.state.ttl`, kept with every operator that may have state. */
export function compiledNodes(roots: readonly ExecNode[], isStateful: (node: ExecNode) => boolean, ttl: string): readonly CompiledNode[] {
  const nodes = nodesInOrder(roots);
  return nodes.map((node, index) => ({
    id: index + 1, type: node.kind, uid: `${index + 1}_${kebabCase(node.kind)}`, description: node.description, outputType: summaryTypeText(node.rowType),
    inputs: node.inputs.map((input) => nodes.indexOf(input) + 1), ...(isStateful(node) ? { stateTtl: node.stateTtlHints === undefined ? ttl : node.inputs.map((_, input) => node.stateTtlHints?.[input] ?? ttl) } : {}),
  }));
}

export function encodeStatements(modifications: readonly Modification[], catalogs: CatalogRegistry, kept: CatalogObjects): readonly unknown[] {
  return modifications.map((modification) => encodePlan(modification, encodingOf(catalogs, kept)));
}

export function decodeStatements(plan: CompiledPlanJson, catalogs: CatalogRegistry, restored: CatalogObjects): readonly Modification[] {
  const decoding = decodingOf(catalogs, restored);
  return plan.statements.map((statement) => decodePlan(statement, decoding) as Modification);
}

/** Throws TABLE_PLAN_INVALID where the file holds something else. */
export function parsePlan(text: string, place: string): CompiledPlanJson {
  let plan: Partial<CompiledPlanJson>;
  try {
    plan = JSON.parse(text) as Partial<CompiledPlanJson>;
  } catch (cause) {
    throw new TableError('TABLE_PLAN_INVALID', `${place} is no compiled plan: it is not JSON; write it with COMPILE PLAN`, { cause });
  }
  if (plan.planVersion !== PLAN_VERSION) throw new TableError('TABLE_PLAN_INVALID', `${place} has plan version ${String(plan.planVersion)}, this build reads ${PLAN_VERSION}: compile the statement anew`);
  if (!Array.isArray(plan.statements) || !Array.isArray(plan.nodes) || typeof plan.settings !== 'object') throw new TableError('TABLE_PLAN_INVALID', `${place} lacks statements, nodes or settings: compile the statement anew`);
  return plan as CompiledPlanJson;
}

/** Uids and times to live by node. Throws TABLE_PLAN_INVALID where this build plans other operators than the file has. */
export function matchNodes(plan: CompiledPlanJson, roots: readonly ExecNode[], place: string): ReadonlyMap<ExecNode, CompiledNode> {
  const nodes = nodesInOrder(roots);
  const fail = (what: string): never => {
    throw new TableError('TABLE_PLAN_INVALID', `${place} does not fit this build: ${what}; compile the statement anew, and start it without the old state`);
  };
  if (nodes.length !== plan.nodes.length) fail(`it has ${plan.nodes.length} operators, its statements give ${nodes.length} now`);
  return new Map(nodes.map((node, index) => {
    const kept = plan.nodes[index]!;
    const inputs = node.inputs.map((input) => nodes.indexOf(input) + 1);
    if (node.kind !== kept.type || node.description !== kept.description) fail(`operator ${kept.id} is ${kept.type}(${kept.description}) in it and would be ${node.kind}(${node.description})`);
    if (summaryTypeText(node.rowType) !== kept.outputType) fail(`operator ${kept.id} gives ${kept.outputType} in it and would give ${summaryTypeText(node.rowType)}`);
    if (String(inputs) !== String(kept.inputs)) fail(`operator ${kept.id} reads operators ${String(kept.inputs)} in it and would read ${String(inputs)}`);
    return [node, kept];
  }));
}

/** Functions and tables as plan files name them. */
export function encodingOf(catalogs: CatalogRegistry, kept: CatalogObjects): PlanEncoding {
  return {
    functionName: (definition) => {
      if (specialOrBuiltIn(definition.name) === definition) return [definition.name];
      const own = [definition.name, ...catalogs.listFunctions()].find((name) => catalogs.getFunction([name])?.definition === definition);
      return own === undefined ? undefined : [own];
    },
    tableFacts: (table) => {
      const { identifier, schema, options, partitionKeys, partitions, distribution, isTemporary, comment } = table;
      if (kept === 'IDENTIFIER' || isOfProgram(table)) return { identifier };
      return kept === 'SCHEMA' ? { identifier, schema, partitionKeys, isTemporary } : { identifier, schema, options, partitionKeys, partitions, distribution, isTemporary, comment };
    },
  };
}

export function decodingOf(catalogs: CatalogRegistry, restored: CatalogObjects): PlanDecoding {
  const tables = new Map<string, ResolvedTable>();
  return {
    functionOf: (name, kind) => {
      const definition = specialOrBuiltIn(name[0]!) ?? catalogs.getFunction(name)?.definition;
      if (definition?.kind !== kind) throw new TableError('TABLE_PLAN_INVALID', `the plan calls the ${kind} function ${name.join('.')}, which is not there: create it before the plan is executed`);
      return definition;
    },
    tableOf: (facts) => {
      // One object per table: what reads the same table is shared as it was when the plan was compiled.
      const key = tableName(facts);
      const table = tables.get(key) ?? tableOf(facts, catalogs, restored);
      tables.set(key, table);
      return table;
    },
  };
}

/** The catalog's table where it may be asked and has one, else what the plan kept of it. */
function tableOf(facts: Partial<ResolvedTable> & Pick<ResolvedTable, 'identifier'>, catalogs: CatalogRegistry, restored: CatalogObjects): ResolvedTable {
  const found = restored === 'ALL_ENFORCED' ? undefined : catalogs.getTable(facts.identifier);
  if (found?.kind === 'table') {
    if (facts.schema !== undefined && schemaText(found.table) !== schemaText(facts as ResolvedTable)) {
      throw new TableError('TABLE_PLAN_INVALID', `the schema of table ${tableName(facts)} in the plan, ${schemaText(facts as ResolvedTable)}, is not the one in the catalog, ${schemaText(found.table)}: compile the statement anew, or set 'table.plan.restore.catalog-objects' = 'ALL_ENFORCED'`);
    }
    return found.table;
  }
  if (restored === 'IDENTIFIER' || facts.options === undefined || facts.schema === undefined) {
    throw new TableError('TABLE_PLAN_INVALID', `Table ${tableName(facts)} is not found in the catalog, and the plan does not hold it whole: create the table before the plan is executed`);
  }
  return facts as ResolvedTable;
}

function schemaText({ schema }: Pick<ResolvedTable, 'schema'>): string {
  return `(${schema.columns.map(({ name, type }) => `${name} ${serializableTypeText(type)}`).join(', ')})`;
}

function specialOrBuiltIn(name: string): FunctionDefinition | undefined {
  return [replicateRows, unnest, unnestWithOrdinality].find((special) => special.name === name) ?? findBuiltInFunction(name);
}
