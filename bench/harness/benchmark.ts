import type { Measured } from './statistics.ts'

/** One line of the report. */
export interface Figure extends Measured {
  /** Lines of one group stand together under it. */
  readonly group: string
  readonly what: string
  /** 'x' for a ratio. */
  readonly unit: string
}

/** What the issue asks for, and what was measured. */
export interface Target {
  readonly what: string
  readonly unit: string
  readonly direction: 'at least' | 'at most'
  readonly wanted: number
  readonly measured: number
  /** Null at the sizes of --quick, which say nothing about it. */
  readonly met: boolean | null
}

/** What a benchmark found. */
export interface Findings {
  readonly figures: Figure[]
  readonly targets: Target[]
  /** What was compared with a naive reference before anything was timed, and how close it came. */
  readonly checks: string[]
  /** How to read the figures: what was counted, which settings. */
  readonly notes: string[]
  /** What was left out, and why. */
  readonly skipped: string[]
}

/** What a benchmark is given. */
export interface Bench extends Findings {
  readonly quick: boolean
  /** An empty folder, removed afterwards. */
  readonly folder: string
  /** Says on stderr what is going on. */
  progress(what: string): void
  /** Adds a figure of repeated measurements; one that was measured once is a list of one. */
  figure(group: string, what: string, unit: string, values: readonly number[]): Measured
  target(what: string, unit: string, direction: Target['direction'], wanted: number, measured: number): void
}

/** A benchmark: a file of bench/ whose default export this is. It runs in a process of its own. */
export interface Benchmark {
  readonly name: string
  /** One line. */
  readonly summary: string
  run(bench: Bench): Promise<void>
}

/** What the process of a benchmark sends back. */
export interface Outcome extends Findings {
  readonly name: string
  readonly summary: string
  readonly seconds: number
  /** High-water mark of the process' resident memory. */
  readonly peakBytes: number
  /** Load averages of one minute before and after, -1 where the system tells none. */
  readonly load: readonly [before: number, after: number]
  /** Set instead of figures where it failed: a value that was wrong, an error. */
  readonly failed: string | null
}
