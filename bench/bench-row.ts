// One printed row of `npm run bench`: a figure beside what it is held against.

export interface BenchRow {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** What the figure is compared with, in the same unit; measured in the same run or published. */
  readonly anchor: number | undefined;
  readonly anchorName: string;
  /** figure / anchor. */
  readonly ratio: number | undefined;
  /** The target in words. */
  readonly target: string;
  /** undefined where there is no target. */
  readonly isPass: boolean | undefined;
  readonly higherIsBetter: boolean;
}
