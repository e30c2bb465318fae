/** What the threads are asked to do. */
export const commands = { step: 1, flush: 2, restore: 3 } as const
export type Command = (typeof commands)[keyof typeof commands]

/** One thing asked of all threads. */
export interface Order {
  readonly command: Command
  readonly slot: 0 | 1
  readonly examples: number
  readonly learningRate: number
}

const [asked, done, arrived, generation, failed] = [0, 1, 2, 3, 4]
/** Flags before those of the orders. */
const head = 16
/**
 * So many orders may be under way: a thread that has done one goes on to the next without asking the main thread. Turns
 * are 32-bit and wrap around; a power of two takes that in its stride.
 */
const ring = 4
const entryOf = (turn: number): number => turn & (ring - 1)
/** An order's flags: command, slot, examples, threads that have finished. */
const [command, slot, examples, finished] = [0, 1, 2, 3]
/** How often a waiting thread looks before it goes to sleep: a tenth of a millisecond or so, about what waking costs. */
const looks = 20_000

/** A few numbers shared by the threads of a parallel step: what is asked, how far they are, and what came out. */
export class Control {
  readonly buffer: SharedArrayBuffer
  private readonly flags: Int32Array
  private readonly numbers: Float64Array
  private readonly threads: number

  /** `counters`: how many counters of optimisers are kept. */
  constructor(threads: number, counters: number, buffer?: SharedArrayBuffer) {
    const flags = head + 4 * ring
    this.buffer = buffer ?? new SharedArrayBuffer(flags * 4 + 8 * (ring * (1 + threads) + threads + counters))
    this.flags = new Int32Array(this.buffer, 0, flags)
    this.numbers = new Float64Array(this.buffer, flags * 4)
    this.threads = threads
  }

  /** What each thread's part of an order's batch adds to its loss; valid until `ring` orders later. */
  lossesOf(turn: number): Float64Array {
    const at = entryOf(turn) * (1 + this.threads) + 1
    return this.numbers.subarray(at, at + this.threads)
  }

  /** Each thread's part of the squared norm of all gradients. */
  get squares(): Float64Array {
    const at = ring * (1 + this.threads)
    return this.numbers.subarray(at, at + this.threads)
  }

  /** Counters of all optimisers, as their owners left them. */
  get counters(): Float64Array {
    return this.numbers.subarray(ring * (1 + this.threads) + this.threads)
  }

  /**
   * Asks all threads; `ended` resolves when the last has finished. Called by the main thread alone; no more than
   * `ring` orders may be under way. They are done in the order in which they were asked.
   */
  ask(order: Order): { readonly turn: number; readonly ended: Promise<void> } {
    const { flags, numbers } = this
    const turn = Atomics.load(flags, asked)
    if (((turn - Atomics.load(flags, done)) | 0) >= ring && !this.broken)
      throw new RangeError('too many orders under way')
    const at = head + 4 * entryOf(turn)
    flags[at + command] = order.command
    flags[at + slot] = order.slot
    flags[at + examples] = order.examples
    flags[at + finished] = 0
    numbers[entryOf(turn) * (1 + this.threads)] = order.learningRate
    Atomics.add(flags, asked, 1)
    Atomics.notify(flags, asked)
    return { turn, ended: this.ended(turn) }
  }

  /** A thread waits for an order and reads it; turns count from 0, in 32 bits. */
  take(turn: number): Order {
    const { flags } = this
    this.pass(asked, turn)
    const at = head + 4 * entryOf(turn)
    return {
      command: flags[at + command] as Command,
      slot: flags[at + slot] as 0 | 1,
      examples: flags[at + examples]!,
      learningRate: this.numbers[entryOf(turn) * (1 + this.threads)]!,
    }
  }

  /** A thread has failed, or the step was released. */
  get broken(): boolean {
    return Atomics.load(this.flags, failed) !== 0
  }

  /** The thread that failed first; null where none has. Others fail after it, for want of it. */
  get failedThread(): number | null {
    const thread = Atomics.load(this.flags, failed) - 1
    return thread >= 0 && thread < this.threads ? thread : null
  }

  /** A thread has done what was asked; the last one wakes the main thread. */
  finish(turn: number): void {
    const { flags } = this
    if (Atomics.add(flags, head + 4 * entryOf(turn) + finished, 1) + 1 < this.threads) return
    Atomics.add(flags, done, 1)
    Atomics.notify(flags, done)
  }

  /** Holds every thread until all have come. Throws where another has failed. */
  meet(): void {
    const { flags } = this
    const before = Atomics.load(flags, generation)
    // `failed` is set before `generation` is raised: who read the raised one sees it.
    if (this.broken) throw new Error('another thread failed')
    if (Atomics.add(flags, arrived, 1) + 1 === this.threads) {
      Atomics.store(flags, arrived, 0)
      Atomics.add(flags, generation, 1)
      Atomics.notify(flags, generation)
    } else this.pass(generation, before)
    if (this.broken) throw new Error('another thread failed')
  }

  /** Lets nobody wait at a barrier, nor the main thread: the step cannot be used again. `thread`: who failed; null: none of them. */
  fail(thread: number | null): void {
    const { flags } = this
    Atomics.compareExchange(flags, failed, 0, 1 + (thread ?? this.threads))
    for (const flag of [generation, done]) {
      Atomics.add(flags, flag, 1)
      Atomics.notify(flags, flag)
    }
  }

  private async ended(turn: number): Promise<void> {
    const { flags } = this
    const left = (seen: number): boolean => ((seen - turn) | 0) <= 0 && !this.broken
    for (let seen = Atomics.load(flags, done); left(seen); seen = Atomics.load(flags, done)) {
      const waiting = Atomics.waitAsync(flags, done, seen)
      if (waiting.async) await waiting.value
    }
  }

  /** Returns when a flag is no longer `value`: looks for a while, then sleeps. */
  private pass(flag: number, value: number): void {
    const { flags } = this
    for (let n = 0; n < looks; n++) if (Atomics.load(flags, flag) !== value) return
    while (Atomics.load(flags, flag) === value) Atomics.wait(flags, flag, value)
  }
}
