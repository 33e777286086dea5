// The type a Nexmark source produces when only some columns are asked: the same record with the other fields absent.
import { requireOption } from '#connectors/errors';
import { NEXMARK_EVENT, type NexmarkEvent } from '#connectors/nexmark/event';
import type { FieldTree } from '#core/codegen/field-tree';
import type { RowField, TypeInformation } from '#core/types/type-information';

/** @param columns paths as `bid.price`, `person` or `eventType`. Throws CONNECTOR_OPTION_INVALID for an unknown one. */
export function projectedEventType(columns: readonly string[] | undefined): TypeInformation<NexmarkEvent> {
  if (columns === undefined) return NEXMARK_EVENT;
  const known = new Set(allPaths());
  for (const path of columns) requireOption(known.has(path), 'Nexmark Source', 'columns', path, `some of ${[...known].join(', ')}`);
  requireOption(columns.length > 0, 'Nexmark Source', 'columns', '[]', 'at least one column');
  const asked = new Set(columns);
  const fields = topFields().flatMap((field): RowField[] => {
    if (asked.has(field.name)) return [field];
    const kept = nestedFields(field).filter((nested) => asked.has(`${field.name}.${nested.name}`));
    return kept.length === 0 ? [] : [{ name: field.name, type: { kind: 'nullable', inner: { kind: 'row', fields: kept } } }];
  });
  return { kind: 'row', fields } as TypeInformation<NexmarkEvent>;
}

/** Columns that records must have for somebody who reads these parts of them, as `columns` above names them. */
export function columnsRead(reads: FieldTree): readonly string[] | undefined {
  if (reads.isAll) return undefined;
  const columns = topFields().flatMap((field): readonly string[] => {
    const read = reads.child(field.name);
    if (read === undefined) return [];
    const nested = nestedFields(field);
    if (read.isAll || nested.length === 0) return [field.name];
    const paths = nested.filter(({ name }) => read.child(name) !== undefined).map(({ name }) => `${field.name}.${name}`);
    // Only whether it is there is asked: its first column, a number, says that.
    return paths.length === 0 ? [`${field.name}.${nested[0]!.name}`] : paths;
  });
  return columns.length === 0 ? ['eventType'] : columns;
}

function allPaths(): readonly string[] {
  return topFields().flatMap((field) => [field.name, ...nestedFields(field).map((nested) => `${field.name}.${nested.name}`)]);
}

function topFields(): readonly RowField[] {
  return NEXMARK_EVENT.kind === 'row' ? NEXMARK_EVENT.fields : [];
}

function nestedFields(field: RowField): readonly RowField[] {
  return field.type.kind === 'nullable' && field.type.inner.kind === 'row' ? field.type.inner.fields : [];
}
