// State of an operator subtask that belongs to no key: lists that are split or unioned when parallelism changes, and
// maps that every subtask holds whole (the broadcast pattern). Thread: the slot's. Values are JS values; lists are small.
// Invariant: a name means one state of one kind.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { createSerializer } from '#core/serialization/create-serializer';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { formatType, Types, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import type { ListState, MapState } from '#state/keyed/keyed-state';
import { createKeyComparable } from '#state/keyed/key-comparable';
import { createValueCopier, type CopierOptions } from '#state/keyed/value-copier';
import { BroadcastMap } from '#state/operator/broadcast-map';
import { OperatorList } from '#state/operator/operator-list';
import type { OperatorSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { checkCompatible, readerOf, type CompatibilityCheck } from '#state/snapshot/serializer-compatibility';

const OPERATOR_SECTION_VERSION = 1;

type Mode = OperatorSection['mode'];

/** Sections of operator state are named by kind, so one name may not change its redistribution unseen. */
const PREFIXES: Readonly<Record<Mode, string>> = { split: 'list/', union: 'union/', broadcast: 'broadcast/' };

type RestoredItem = ReturnType<RestoredOperatorState['operator']>[number];

interface Registration {
  readonly mode: Mode;
  readonly description: string;
  readonly state: ListState<any> | MapState<any, any>; // any: the user's types
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  write(emit: (write: (output: DataOutput) => void) => void): void;
}

export class OperatorStateBackend {
  readonly #options: CopierOptions;
  readonly #registrations = new Map<string, Registration>();
  #restored: RestoredOperatorState | undefined;

  constructor(options: CopierOptions) {
    this.#options = options;
  }

  /** Takes over what was restored; before the first state is asked for. */
  restore(restored: RestoredOperatorState): void {
    this.#restored = restored;
  }

  /** Items are dealt out to the new subtasks in turn when parallelism changes. @param type undefined = any. */
  getListState<T>(name: string, type?: TypeInformation<T>): ListState<T> {
    return this.#list(name, 'split', type);
  }

  /** After a restore every subtask has the items of all. */
  getUnionListState<T>(name: string, type?: TypeInformation<T>): ListState<T> {
    return this.#list(name, 'union', type);
  }

  /** The same map in every subtask: the function must change it the same way everywhere. */
  getBroadcastState<K, V>(name: string, keyType?: TypeInformation<K>, type?: TypeInformation<V>): MapState<K, V> {
    const description = `broadcast state of ${describe(keyType)}, ${describe(type)}`;
    const known = this.#known(name, description);
    if (known !== undefined) return known as MapState<K, V>;
    const keySerializer = createSerializer(keyType ?? (Types.ANY as TypeInformation<K>));
    const serializer = createSerializer(type ?? (Types.ANY as TypeInformation<V>));
    const state = new BroadcastMap<K, V>(createKeyComparable(keyType), createValueCopier(type, this.#options), createValueCopier(keyType, this.#options));
    const serializers = { mapKey: snapshotOf(keySerializer), mapValue: snapshotOf(serializer) };
    for (const { piece, check } of this.#pieces(PREFIXES.broadcast + name)) {
      checkCompatible(check('mapKey', keySerializer));
      const readValue = readerOf({ ...check('mapValue', serializer), declared: serializer });
      const input = new DataInput(piece.bytes);
      state.put(keySerializer.read(input), readValue(input) as V);
    }
    this.#registrations.set(name, {
      mode: 'broadcast', description, state, serializers,
      write: (emit) => {
        for (const [key, value] of state.entries()) {
          emit((output) => {
            keySerializer.write(key, output);
            serializer.write(value, output);
          });
        }
      },
    });
    return state;
  }

  /** One section per state, also of restored states nobody asked for. The bytes belong to the caller. */
  snapshot(): OperatorSection[] {
    const sections: OperatorSection[] = [];
    const output = new DataOutput();
    for (const [name, registration] of this.#registrations) {
      const items: Uint8Array[] = [];
      registration.write((write) => {
        output.reset();
        write(output);
        items.push(output.toBytes());
      });
      sections.push({ name: PREFIXES[registration.mode] + name, version: OPERATOR_SECTION_VERSION, mode: registration.mode, items, serializers: registration.serializers });
    }
    return [...sections, ...this.#unclaimedSections()];
  }

  #list<T>(name: string, mode: 'split' | 'union', type: TypeInformation<T> | undefined): ListState<T> {
    const description = `${mode} list state of ${describe(type)}`;
    const known = this.#known(name, description);
    if (known !== undefined) return known as ListState<T>;
    const serializer: TypeSerializer<T> = createSerializer(type ?? (Types.ANY as TypeInformation<T>));
    const state = new OperatorList<T>(createValueCopier(type, this.#options));
    const serializers = { element: snapshotOf(serializer) };
    for (const { piece, check } of this.#pieces(PREFIXES[mode] + name)) state.add(readerOf({ ...check('element', serializer), declared: serializer })(new DataInput(piece.bytes)) as T);
    this.#registrations.set(name, {
      mode, description, state, serializers,
      write: (emit) => {
        for (const value of state.get()) emit((output) => serializer.write(value, output));
      },
    });
    return state;
  }

  #known(name: string, description: string): Registration['state'] | undefined {
    const registered = this.#registrations.get(name);
    if (registered === undefined || registered.description === description) return registered?.state;
    throw new StateError('STATE_DESCRIPTOR_CONFLICT', `state ${name} is registered as ${registered.description} and asked for as ${description}: give the two states different names`);
  }

  /** Every restored item of the section, with what its types are checked by. */
  *#pieces(section: string): Iterable<{ readonly piece: RestoredItem; check(role: string, declared: TypeSerializer<any>): CompatibilityCheck }> { // any: serializers of every type
    for (const piece of this.#restored?.operator(section) ?? []) {
      if (piece.version !== OPERATOR_SECTION_VERSION) {
        throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `operator state ${section} was written in format ${piece.version}, this engine reads ${OPERATOR_SECTION_VERSION}: restore it with the engine that wrote it`);
      }
      yield { piece, check: (role, declared) => ({ subject: `${role} of operator state ${section}`, written: piece.serializers?.[role], declared }) };
    }
  }

  #unclaimedSections(): OperatorSection[] {
    const restored = this.#restored;
    if (restored === undefined) return [];
    const sections: OperatorSection[] = [];
    for (const name of restored.operatorNames) {
      const mode = (Object.keys(PREFIXES) as Mode[]).find((candidate) => name.startsWith(PREFIXES[candidate]));
      if (mode === undefined || this.#registrations.get(name.slice(PREFIXES[mode].length))?.mode === mode) continue;
      const pieces = restored.operator(name);
      const first = pieces[0];
      if (first === undefined) continue;
      sections.push({ name, version: first.version, mode, items: pieces.map((piece) => piece.bytes), ...(first.serializers === undefined ? {} : { serializers: first.serializers }) });
    }
    return sections;
  }
}

function snapshotOf(serializer: TypeSerializer<any>): SerializerSnapshot { // any: serializers of every type
  return { type: serializer.type, version: serializer.version };
}

function describe(type: TypeInformation | undefined): string {
  return type === undefined ? 'ANY' : formatType(type);
}
