/** How often the first of two systems was preferred. */
export interface Preference {
  /** Answers for the first and for the second system. */
  readonly a: number
  readonly b: number
  readonly answers: number
  /** Share of the answers that are for the first; null without any. */
  readonly rate: number | null
  /** 95% interval of that share (Wilson 1927); null without an answer. */
  readonly interval: readonly [low: number, high: number] | null
  /** Two-sided p of no preference, by the exact sign test; 1 without an answer. */
  readonly p: number
}

export function preference(a: number, b: number): Preference {
  const answers = a + b
  if (answers === 0) return { a, b, answers, rate: null, interval: null, p: 1 }
  return { a, b, answers, rate: a / answers, interval: wilson(a, answers), p: signTest(a, b) }
}

/** The 97.5% point of the standard normal distribution. */
const z = 1.959963984540054

/** Wilson's 95% score interval for a share of `successes` in `n` > 0. */
export function wilson(successes: number, n: number): [low: number, high: number] {
  const share = successes / n
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** Two-sided exact sign test: the chance of a division at least as uneven as a to b if each answer is a fair coin. */
export function signTest(a: number, b: number): number {
  const n = a + b
  const few = Math.min(a, b)
  if (2 * few === n) return 1
  // log C(n, k) - n log 2, from k = 0 on.
  let log = -n * Math.LN2
  let tail = Math.exp(log)
  for (let k = 1; k <= few; k++) {
    log += Math.log((n - k + 1) / k)
    tail += Math.exp(log)
  }
  return Math.min(1, 2 * tail)
}
