// Builds the state of a descriptor over a backend's cells: time to live around the cell, reducing and aggregating over
// the value cell. The same for every backend. Thread: the slot's.
import type { TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import { AggregatingOverValue } from '#state/keyed/aggregating-over-value';
import type { AnyState, StateDescriptor, StateTtlConfig } from '#state/keyed/keyed-state';
import { ReducingOverValue } from '#state/keyed/reducing-over-value';
import type { CellFactory, CellSpecification, ValueCell } from '#state/keyed/state-cells';
import { TtlListState } from '#state/keyed/ttl-list-state';
import { TtlMapState } from '#state/keyed/ttl-map-state';
import { TtlPolicy } from '#state/keyed/ttl-policy';
import { TtlValueState } from '#state/keyed/ttl-value-state';
import { createValueCopier } from '#state/keyed/value-copier';
import { ValueWithDefault } from '#state/keyed/value-with-default';

export interface StateBuilding {
  readonly cells: CellFactory;
  readonly clock: Clock;
  readonly isObjectReuse: boolean;
}

const ROLES = { value: 'value', reducing: 'reduced', aggregating: 'accumulator', list: 'element', map: 'mapValue' } as const;

/** What the state stores per key: value, element, map value or accumulator; undefined = any. */
export function storedTypeOf(descriptor: StateDescriptor): TypeInformation | undefined {
  return descriptor.kind === 'aggregating' ? (descriptor.type ?? descriptor.aggregate.accumulatorType) : descriptor.type;
}

export function buildState(descriptor: StateDescriptor, building: StateBuilding): AnyState {
  const { cells, clock } = building;
  const type = storedTypeOf(descriptor);
  const isOwned = descriptor.isOwned === true;
  const copy = createValueCopier(type, { isObjectReuse: building.isObjectReuse || isOwned });
  const specification: CellSpecification = { name: descriptor.name, role: ROLES[descriptor.kind], type, ttlMs: descriptor.ttl?.ttlMs, isOwned };
  switch (descriptor.kind) {
    case 'list': {
      const cell = cells.createListCell(specification);
      return descriptor.ttl === undefined ? cell : new TtlListState(cell, new TtlPolicy(descriptor.ttl, clock), copy);
    }
    case 'map': {
      const cell = cells.createMapCell({ ...specification, keyType: descriptor.keyType });
      return descriptor.ttl === undefined ? cell : new TtlMapState(cell, new TtlPolicy(descriptor.ttl, clock), copy);
    }
    case 'value': {
      const { defaultValue, order } = descriptor;
      const cell = valueCellOf({ ...specification, order }, descriptor.ttl, building);
      return defaultValue === undefined || defaultValue === null ? cell : new ValueWithDefault(cell, defaultValue, copy);
    }
    case 'reducing':
      return new ReducingOverValue(valueCellOf(specification, descriptor.ttl, building), descriptor.reduce, copy);
    case 'aggregating':
      return new AggregatingOverValue(valueCellOf(specification, descriptor.ttl, building), descriptor.aggregate);
  }
}

function valueCellOf(specification: CellSpecification, ttl: StateTtlConfig | undefined, building: StateBuilding): ValueCell<unknown> {
  const cell = building.cells.createValueCell(specification);
  if (ttl === undefined) return cell;
  return new TtlValueState(cell, new TtlPolicy(ttl, building.clock), createValueCopier(specification.type, { isObjectReuse: building.isObjectReuse || specification.isOwned }));
}
