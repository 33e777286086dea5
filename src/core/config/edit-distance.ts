// Nearest names for a name that was not found: the basis of every "did you mean".
// Pure; any thread. Cost of one comparison is the product of the two lengths.

/** Fewest insertions, deletions, replacements and swaps of neighbours that turn `from` into `to` (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) best = Math.min(best, beforeLast[column - 2]! + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}

/**
 * The candidate most like `name`, or undefined when none is near: within a fifth of the longer length (at least 2 edits),
 * or ending in `.name`. Case is ignored; of equally near ones the first wins.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let distanceMin = Infinity;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const allowed = Math.max(2, Math.floor(Math.max(wanted.length, lower.length) / 5));
    if (Math.abs(wanted.length - lower.length) > allowed && !lower.endsWith(`.${wanted}`)) continue;
    const distance = lower.endsWith(`.${wanted}`) ? 1 : editDistance(wanted, lower);
    if (distance > allowed || distance >= distanceMin) continue;
    nearest = candidate;
    distanceMin = distance;
  }
  return nearest;
}
