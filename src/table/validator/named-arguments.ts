// Arguments of functions of the planner (windowing, changelogs), which are given by position or by name.
import type { CallArgument, CallExpression } from '#table/parser/ast-expression';
import { failAt } from '#table/validator/validation-error';

/** By upper-case name. Throws at arguments that `parameters` does not name; DEFAULT is as if left out. */
export function argumentsByName(name: string, parameters: readonly string[], call: CallExpression, text: string): ReadonlyMap<string, CallArgument> {
  const byName = new Map<string, CallArgument>();
  call.arguments.forEach((argument, index) => {
    if (argument.kind === 'default') return;
    const isNamed = argument.kind === 'named-argument';
    const parameter = isNamed ? argument.name.name.toUpperCase() : (parameters[index] ?? failAt(text, argument.span, `${name} takes at most ${parameters.length} arguments`));
    if (!parameters.includes(parameter)) failAt(text, argument.span, `${name} has no argument '${parameter}': give some of ${parameters.join(', ')}`);
    byName.set(parameter, isNamed ? argument.value : argument);
  });
  return byName;
}
