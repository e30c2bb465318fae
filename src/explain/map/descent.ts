import type { Affinities } from './affinities.ts'
import { QuadTree } from './quad-tree.ts'

/** Gradient descent on the divergence, in place on `y` [n, 2]. */
export class Descent {
  private readonly p: Affinities
  private readonly y: Float64Array
  private readonly thetaSquared: number
  private readonly tree: QuadTree
  private readonly force: Float64Array
  private readonly velocity: Float64Array
  private readonly gains: Float64Array

  constructor(p: Affinities, y: Float64Array, theta: number) {
    this.p = p
    this.y = y
    this.thetaSquared = theta * theta
    this.tree = new QuadTree(y.length / 2)
    this.force = new Float64Array(y.length)
    this.velocity = new Float64Array(y.length)
    this.gains = new Float64Array(y.length).fill(1)
  }

  step(exaggerated: number, momentum: number, rate: number): void {
    const { y, velocity, gains } = this
    const force = this.gradient(exaggerated)
    let meanX = 0
    let meanY = 0
    for (let at = 0; at < y.length; at++) {
      const gradient = force[at]!
      // Jacobs 1988, as in van der Maaten's own: a coordinate that keeps its direction goes faster.
      const gain = velocity[at]! * gradient < 0 ? gains[at]! + 0.2 : gains[at]! * 0.8
      gains[at] = Math.max(gain, 0.01)
      velocity[at] = momentum * velocity[at]! - rate * gains[at]! * gradient
      y[at]! += velocity[at]!
      if (at % 2 === 0) meanX += y[at]!
      else meanY += y[at]!
    }
    const n = y.length / 2
    for (let at = 0; at < y.length; at += 2) {
      y[at]! -= meanX / n
      y[at + 1]! -= meanY / n
    }
  }

  /** The divergence's gradient [n, 2], with P multiplied by `exaggerated`; overwritten at the next call. */
  gradient(exaggerated: number): Float64Array {
    this.attraction(exaggerated, this.repulsion())
    return this.force
  }

  /** KL(P || Q) of the map as it is. */
  divergence(): number {
    const { p, y } = this
    const z = this.repulsion()
    let sum = 0
    for (let i = 0; i + 1 < p.offsets.length; i++) {
      for (let at = p.offsets[i]!; at < p.offsets[i + 1]!; at++) {
        const dx = y[2 * i]! - y[2 * p.indices[at]!]!
        const dy = y[2 * i + 1]! - y[2 * p.indices[at]! + 1]!
        const value = p.values[at]!
        if (value > 0) sum += value * Math.log(value * z * (1 + dx * dx + dy * dy))
      }
    }
    return sum
  }

  /** Repulsions into `force`, before the division by Z; Z. */
  private repulsion(): number {
    const { tree, y, thetaSquared, force } = this
    tree.build(y)
    let z = 0
    for (const point of tree.visitingOrder) z += tree.repel(y, point, thetaSquared, force)
    return z
  }

  /** Turns `force` into the gradient: 4 (attraction - repulsion / Z). */
  private attraction(exaggerated: number, z: number): void {
    const { p, y, force } = this
    const { offsets, indices, values } = p
    for (let i = 0; i + 1 < offsets.length; i++) {
      const x0 = y[2 * i]!
      const y0 = y[2 * i + 1]!
      let fx = 0
      let fy = 0
      for (let at = offsets[i]!; at < offsets[i + 1]!; at++) {
        const j = 2 * indices[at]!
        const dx = x0 - y[j]!
        const dy = y0 - y[j + 1]!
        const weight = values[at]! / (1 + dx * dx + dy * dy)
        fx += weight * dx
        fy += weight * dy
      }
      force[2 * i] = 4 * (exaggerated * fx - force[2 * i]! / z)
      force[2 * i + 1] = 4 * (exaggerated * fy - force[2 * i + 1]! / z)
    }
  }
}
