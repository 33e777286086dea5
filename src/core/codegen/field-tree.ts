// Which parts of a record somebody may read: everything, or some fields and parts of them. Grows only. Used to leave out
// columns whose values nobody asks for; reading more than needed is harmless, reading less never happens.

export class FieldTree {
  /** The whole value, or fields by name. A field that is there without children was only compared with null. */
  isAll = false;
  readonly fields = new Map<string, FieldTree>();

  static all(): FieldTree {
    const tree = new FieldTree();
    tree.isAll = true;
    return tree;
  }

  /** Marks the value at `path` as read whole; an empty path marks everything. */
  addAll(path: readonly string[]): void {
    this.at(path).isAll = true;
  }

  /** The tree at `path`, made if it is not there. */
  at(path: readonly string[]): FieldTree {
    const [name, ...rest] = path;
    if (name === undefined) return this;
    let next = this.fields.get(name);
    if (next === undefined) this.fields.set(name, (next = new FieldTree()));
    return next.at(rest);
  }

  /** Adds everything that `other` asks for, below `path`. */
  merge(path: readonly string[], other: FieldTree): void {
    const target = this.at(path);
    if (other.isAll) target.isAll = true;
    for (const [name, child] of other.fields) target.merge([name], child);
  }

  /** What is asked for of a field; undefined = the field is not needed at all. */
  child(name: string): FieldTree | undefined {
    return this.isAll ? this : this.fields.get(name);
  }
}
