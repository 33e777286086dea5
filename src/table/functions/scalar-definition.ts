// Shorthand for the tables of built-in scalar functions.
import type { BoundCall, FunctionContext, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { inferenceOf, type SignatureForm, type TypeInference } from '#table/functions/function-signature';

interface ScalarOptions {
  readonly aliases?: readonly string[];
  readonly isDeterministic?: boolean;
  readonly isDynamic?: boolean;
  /** The implementation sees NULLs. */
  readonly seesNulls?: boolean;
  /** NULL may come although the result type says NOT NULL. */
  readonly mayReturnNull?: boolean | ((call: BoundCall) => boolean);
  readonly inline?: ScalarFunctionDefinition['inline'];
  readonly takesSlice?: ScalarFunctionDefinition['takesSlice'];
}

/** One implementation for all types. */
export function scalar(name: string, forms: SignatureForm | readonly SignatureForm[] | TypeInference, implementation: ScalarImplementation, options: ScalarOptions = {}): ScalarFunctionDefinition {
  return boundScalar(name, forms, () => implementation, options);
}

/** An implementation made for the types, literals and session of a call. */
export function boundScalar(
  name: string, forms: SignatureForm | readonly SignatureForm[] | TypeInference, bind: (call: BoundCall, context: FunctionContext) => ScalarImplementation, options: ScalarOptions = {},
): ScalarFunctionDefinition {
  const { mayReturnNull } = options;
  return {
    kind: 'scalar',
    name,
    ...(options.aliases === undefined ? {} : { aliases: options.aliases }),
    ...(options.isDeterministic === undefined ? {} : { isDeterministic: options.isDeterministic }),
    ...(options.isDynamic === undefined ? {} : { isDynamic: options.isDynamic }),
    nulls: options.seesNulls === true ? 'called' : 'strict',
    inferTypes: typeof forms === 'function' ? forms : inferenceOf(name, 'arguments' in forms ? [forms as SignatureForm] : forms),
    bind,
    ...(mayReturnNull === undefined || mayReturnNull === false ? {} : { mayReturnNull: mayReturnNull === true ? () => true : mayReturnNull }),
    ...(options.inline === undefined ? {} : { inline: options.inline }),
    ...(options.takesSlice === undefined ? {} : { takesSlice: options.takesSlice }),
  };
}
