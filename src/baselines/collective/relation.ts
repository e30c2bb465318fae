import type { ItemEntities } from '../content/features.ts'
import type { Layout } from '../factors/factors.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'

/**
 * A relation of items and entities (genres, tags) factorised with the items' own vectors: whether item i has entity e, less
 * the entity's share of the items, is near q_i'a_e. Items of which the relation knows nothing are left out, not taken to have none.
 */
export class Relation {
  /** (0, a) of each entity: the features of an item's unknowns (bias, q). */
  readonly rows: Float64Array
  private readonly entities: ItemEntities
  private readonly layout: Layout
  private readonly weight: number
  private readonly shares: Float64Array
  private readonly known: number
  /** weight times the sum of a a'; of (0, a) share_e. */
  private readonly gram: NormalEquations

  constructor(entities: ItemEntities, layout: Layout, weight: number) {
    this.entities = entities
    this.layout = layout
    this.weight = weight
    this.rows = new Float64Array(entities.names.length * layout.unknowns)
    this.shares = new Float64Array(entities.names.length)
    this.gram = new NormalEquations(layout.unknowns)
    this.known = entities.of.reduce((sum, own) => sum + (own.length > 0 ? 1 : 0), 0)
    for (const own of entities.of) for (const entity of own) this.shares[entity]! += 1 / this.known
  }

  /** Solves all entities given the items, whose vectors start one number into each row of the layout; `ridge` per unit of known items. */
  solveEntities(itemRows: Float64Array, ridge: number): void {
    const { entities, layout, rows, shares, known } = this
    const { unknowns, width, factors } = layout
    const solved = new NormalEquations(factors)
    const moment = new NormalEquations(factors)
    const total = new Float64Array(factors)
    const sums = new Float64Array(shares.length * factors)
    entities.of.forEach((own, item) => {
      if (own.length === 0) return
      const at = item * width + 1
      moment.add(itemRows, at, 1, 0)
      for (let k = 0; k < factors; k++) total[k]! += itemRows[at + k]!
      for (const entity of own) for (let k = 0; k < factors; k++) sums[entity * factors + k]! += itemRows[at + k]!
    })
    const vector = new Float64Array(factors)
    for (let entity = 0; entity < shares.length; entity++) {
      for (let k = 0; k < factors; k++) vector[k] = sums[entity * factors + k]! - shares[entity]! * total[k]!
      solved.reset(moment.matrix, vector)
      solved.ridge(ridge * Math.max(1, known))
      solved.solve(rows, entity * unknowns + 1)
    }
    this.gram.reset()
    for (let entity = 0; entity < shares.length; entity++) {
      this.gram.add(rows, entity * unknowns, this.weight, -shares[entity]!)
    }
  }

  /** Adds what the relation says of an item. */
  addTo(equations: NormalEquations, item: number): void {
    const own = this.entities.of[item]!
    if (own.length === 0) return
    const { rows, gram, weight } = this
    const { unknowns } = this.layout
    for (let k = 0; k < gram.matrix.length; k++) equations.matrix[k]! += gram.matrix[k]!
    for (let k = 0; k < unknowns; k++) {
      let sum = gram.vector[k]!
      for (const entity of own) sum += weight * rows[entity * unknowns + k]!
      equations.vector[k]! += sum
    }
  }
}
