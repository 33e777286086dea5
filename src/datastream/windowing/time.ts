// Spans of time for programs: every API of the DataStream world takes milliseconds as a number; these make them readable.

export const Time = {
  milliseconds: (count: number): number => count,
  seconds: (count: number): number => count * 1_000,
  minutes: (count: number): number => count * 60_000,
  hours: (count: number): number => count * 3_600_000,
  days: (count: number): number => count * 86_400_000,
} as const;
