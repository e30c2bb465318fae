/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna 2018, "Scrambled linear pseudorandom number generators"),
 * seeded through SplitMix32. Randomness is always an argument in Marquee; nothing calls Math.random.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private d: number
  private spare: number | null = null

  /** `seed`: any integer; its lower 53 bits count. */
  constructor(seed: number) {
    let s = (seed ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1)) | 0
    const next = (): number => {
      s = (s + 0x9e3779b9) | 0
      let z = s
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      return (z ^ (z >>> 16)) | 0
    }
    this.a = next()
    this.b = next()
    this.c = next()
    this.d = next() | 1
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const t = Math.imul(this.b, 5)
    const result = Math.imul((t << 7) | (t >>> 25), 9)
    const x = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= x
    this.d = (this.d << 11) | (this.d >>> 21)
    return result >>> 0
  }

  /** A float in [0, 1) with 32 random bits. */
  float(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** An unbiased integer in [0, n), 1 <= n <= 2^32. */
  int(n: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let x = this.uint32()
    while (x >= limit) x = this.uint32()
    return x % n
  }

  /** A draw from the standard normal distribution (Marsaglia's polar method). */
  normal(): number {
    if (this.spare !== null) {
      const kept = this.spare
      this.spare = null
      return kept
    }
    for (;;) {
      const x = 2 * this.float() - 1
      const y = 2 * this.float() - 1
      const s = x * x + y * y
      if (s > 0 && s < 1) {
        const f = Math.sqrt((-2 * Math.log(s)) / s)
        this.spare = y * f
        return x * f
      }
    }
  }

  /** Shuffles in place (Fisher and Yates) and returns the array. */
  shuffle<A extends { length: number; [i: number]: number }>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const kept = array[i] as number
      array[i] = array[j] as number
      array[j] = kept
    }
    return array
  }

  /** An independent generator for a named purpose: the same parent state and label give the same child. Does not advance this one. */
  fork(label: string): Random {
    let h = 0x811c9dc5
    for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193)
    const child = new Random((h ^ this.a ^ Math.imul(this.b, 0x9e3779b1)) >>> 0)
    child.c ^= this.c
    child.d = (child.d ^ this.d) | 1
    for (let i = 0; i < 8; i++) child.uint32()
    return child
  }

  /** The whole state, for checkpoints: six numbers. */
  state(): number[] {
    return [this.a, this.b, this.c, this.d, this.spare === null ? 0 : 1, this.spare ?? 0]
  }

  static from(state: readonly number[]): Random {
    const random = new Random(0)
    ;[random.a, random.b, random.c, random.d] = state as [number, number, number, number]
    random.spare = state[4] === 1 ? (state[5] as number) : null
    return random
  }
}
