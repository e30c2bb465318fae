/** Something that is timed: each call does the same work and says what it measured (seconds a step, ratings a second). */
export interface Contender {
  readonly name: string
  run(): number | Promise<number>
}

export interface InterleaveOptions {
  readonly repeats: number
  /** Rounds that are not counted: caches, code that is still being compiled, sleeping threads. Default 1. */
  readonly warmUps?: number
  readonly progress?: (what: string) => void
}

/**
 * Runs contenders in turn, round after round, so that whatever else the machine does meets all of them; the order is
 * reversed in every other round. Gives each one's measurements by name, in the order of the rounds.
 */
export async function interleave(
  contenders: readonly Contender[],
  { repeats, warmUps = 1, progress }: InterleaveOptions,
): Promise<Record<string, number[]>> {
  const measured: Record<string, number[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < repeats; round++) {
    progress?.(round < 0 ? 'warming up' : `round ${round + 1} of ${repeats}`)
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const value = await contender.run()
      if (round >= 0) measured[contender.name]!.push(value)
    }
  }
  return measured
}

/** Seconds that work takes. */
export async function timed(work: () => void | Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** A contender that gives seconds per call, repeating a short piece of work until a measurement takes `least` seconds. */
export function perCall(name: string, work: () => void | Promise<void>, least = 0.05): Contender {
  let calls = 0
  return {
    name,
    async run() {
      if (calls === 0) {
        // Once cold, then as often as it takes: the length of a measurement is settled in the warm-up round.
        await work()
        for (calls = 1; ; calls *= 2) {
          if ((await seconds(work, calls)) >= least / 2) break
        }
        calls *= 2
      }
      return (await seconds(work, calls)) / calls
    },
  }
}

async function seconds(work: () => void | Promise<void>, calls: number): Promise<number> {
  const started = performance.now()
  for (let n = 0; n < calls; n++) {
    const pending = work()
    if (pending) await pending
  }
  return (performance.now() - started) / 1000
}
