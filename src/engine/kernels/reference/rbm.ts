import { mix32 } from '../draws.ts'
import type { RbmKernels } from '../rbm.ts'

/** What the compiled kernel means, in float64. */
export const rbmReference: RbmKernels = {
  contrast(tables, items, given, steps, [key0, key1], _scratch, gradient) {
    const { units, levels, weights, visible, hidden, presence } = tables
    const n = items.length
    const draw = (i: number): number => mix32((mix32((i + key0) >>> 0) ^ key1) >>> 0) / 2 ** 32
    const up = (chosen: ArrayLike<number>): Float64Array => {
      const p = Float64Array.from(hidden)
      for (let e = 0; e < n; e++) {
        for (let d = 0; d < units; d++) {
          p[d]! += weights[(items[e]! * levels + chosen[e]!) * units + d]!
          if (presence.length > 0) p[d]! += presence[items[e]! * units + d]!
        }
      }
      return p.map((x) => 1 / (1 + Math.exp(-x)))
    }
    const tell = (chosen: ArrayLike<number>, p: Float64Array, sign: number): void => {
      for (let e = 0; e < n; e++) {
        const row = items[e]! * levels + chosen[e]!
        gradient.visible[row]! += sign
        for (let d = 0; d < units; d++) gradient.weights[row * units + d]! += sign * p[d]!
      }
      for (let d = 0; d < units; d++) gradient.hidden[d]! += sign * p[d]!
      if (presence.length > 0) {
        for (const item of items) for (let d = 0; d < units; d++) gradient.presence[item * units + d]! += sign * p[d]!
      }
    }
    let p = up(given)
    tell(given, p, 1)
    let counter = 0
    let loss = 0
    const chosen = new Int32Array(n)
    for (let t = 0; t < steps; t++) {
      const states = p.map((x) => (draw(counter++) < x ? 1 : 0))
      for (let e = 0; e < n; e++) {
        const odds = Array.from({ length: levels }, (_, k) => {
          const row = items[e]! * levels + k
          return states.reduce((sum, h, d) => sum + h * weights[row * units + d]!, visible[row]!)
        }).map(Math.exp)
        const total = odds.reduce((a, b) => a + b)
        if (t === 0) loss -= Math.log(odds[given[e]!]! / total)
        const u = draw(counter++) * total
        let sum = odds[0]!
        let k = 0
        while (k + 1 < levels && u >= sum) sum += odds[++k]!
        chosen[e] = k
      }
      p = up(chosen)
    }
    tell(chosen, p, -1)
    return loss
  },
}
