// Where compiled plans lie: files by path or `file:` address, as the environment lets them be reached.
export interface PlanFiles {
  /** Undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
}
