import type { Random } from '../../core/random.ts'
import type { Csr, Interactions } from '../../data/interactions.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import { principalAxes } from './axes.ts'
import type { BayesianHyperparameters } from './hyperparameters.ts'
import { addItemRating, addUserRating, beginRow, hyperWidth, type PosteriorArrays } from './posterior.ts'
import { drawGamma, drawNormalWishart, type Normal } from './wishart.ts'

/** Everything a chain changes. Rows have room for the starting rank; while fewer factors are left, the room behind them is unused. */
export interface ChainState extends PosteriorArrays {
  /** (p, bias) of each user, (bias, q) of each item. */
  readonly userRows: Float64Array
  readonly itemRows: Float64Array
  /** Noise precision. */
  readonly noise: Float64Array
  /** Draws kept, and factors left. */
  readonly counts: Int32Array
}

/**
 * Gibbs sampling of r = mean + b_u + b_i + p'q + noise, noise ~ N(0, 1 / alpha) (Salakhutdinov and Mnih 2008, "Bayesian probabilistic
 * matrix factorization using Markov chain Monte Carlo"). The biases are part of the rows; alpha ~ Gamma(1, 1) is drawn too.
 * The rows of each side have a normal-Wishart prior. Rank "auto" starts from the largest rank and, after burn-in, turns the
 * factors onto their principal axes and goes on with those that the ratings made grow.
 */
export class GibbsChain {
  readonly state: ChainState
  private readonly options: BayesianHyperparameters
  private readonly train: Interactions
  private readonly mean: number
  /** Numbers in a row: the starting rank and the bias. */
  private readonly stride: number
  private readonly rated: { users: (row: number) => boolean; items: (row: number) => boolean }

  constructor(train: Interactions, options: BayesianHyperparameters, random: Random) {
    const { rank, maximumRank, samples, initSd } = options
    const top = rank === 'auto' ? maximumRank : rank
    const n = top + 1
    const [users, items] = [train.users.size, train.items.size]
    this.train = train
    this.options = options
    this.mean = train.mean()
    this.stride = n
    this.state = {
      userRows: new Float64Array(users * n),
      itemRows: new Float64Array(items * n),
      noise: Float64Array.of(1),
      counts: Int32Array.of(0, top),
      users: new Float32Array(samples * users * n),
      items: new Float32Array(samples * items * n),
      hyper: new Float64Array(samples * hyperWidth(n)),
    }
    const { userRows, itemRows } = this.state
    for (let u = 0; u < users; u++) for (let k = 0; k < top; k++) userRows[u * n + k] = initSd * random.normal()
    for (let i = 0; i < items; i++) for (let k = 1; k <= top; k++) itemRows[i * n + k] = initSd * random.normal()
    const has =
      ({ offsets }: Csr) =>
      (row: number) =>
        offsets[row + 1]! > offsets[row]!
    this.rated = { users: has(train.byUser()), items: has(train.byItem()) }
  }

  get rank(): number {
    return this.state.counts[1]!
  }

  /** One sweep: hyper-parameters and rows of items, then of users, then the noise. Returns the mean squared error of the draw. */
  sweep(epoch: number, random: Random): number {
    const { options, state } = this
    if (options.rank === 'auto' && epoch === options.burnIn + 1) this.prune()
    const keep = this.slotOf(epoch)
    const itemPrior = this.drawPrior('item', random)
    this.drawItems(itemPrior, random)
    const userPrior = this.drawPrior('user', random)
    const noise = state.noise[0]!
    this.drawUsers(userPrior, random, keep)
    if (keep !== null) this.keepDraw(keep, userPrior, itemPrior, noise)
    return this.drawNoise(random)
  }

  /** Where the sweep's draw is kept: slot 0 again and again during burn-in, then evenly spaced; null where it is not. */
  private slotOf(epoch: number): number | null {
    const { burnIn, epochs, samples } = this.options
    if (epoch <= burnIn) return 0
    const after = Math.max(1, epochs - burnIn)
    const wanted = (done: number): number => Math.ceil((Math.min(samples, after) * done) / after)
    const slot = wanted(epoch - burnIn) - 1
    return slot === wanted(epoch - burnIn - 1) - 1 ? null : slot
  }

  private drawPrior(which: 'user' | 'item', random: Random): Normal {
    const { userRows, itemRows } = this.state
    const { users, items } = this.rated
    const layout = { start: 0, stride: this.stride, n: this.rank + 1 }
    const { priorStrength } = this.options
    return which === 'user'
      ? drawNormalWishart(userRows, layout, users, random, priorStrength)
      : drawNormalWishart(itemRows, layout, items, random, priorStrength)
  }

  private drawItems(prior: Normal, random: Random): void {
    const { userRows, itemRows, noise } = this.state
    const { offsets, indices, values } = this.train.byItem()
    const n = this.rank + 1
    const { stride } = this
    const equations = new NormalEquations(n)
    const normals = new Float64Array(n)
    for (let i = 0; i + 1 < offsets.length; i++) {
      const [at, end] = [offsets[i]!, offsets[i + 1]!]
      if (at === end) {
        itemRows.set(prior.mean, i * stride)
        continue
      }
      beginRow(equations, prior)
      for (let r = at; r < end; r++) {
        addItemRating(equations, userRows, indices[r]! * stride, noise[0]!, values[r]! - this.mean)
      }
      equations.solve(itemRows, i * stride)
      for (let k = 0; k < n; k++) normals[k] = random.normal()
      equations.draw(normals, itemRows, i * stride)
    }
    // Draws are kept in single precision: with the users' means taken given those very numbers, fold-in repeats them.
    for (let k = 0; k < itemRows.length; k++) itemRows[k] = Math.fround(itemRows[k]!)
  }

  private drawUsers(prior: Normal, random: Random, slot: number | null): void {
    const { userRows, itemRows, noise, users } = this.state
    const { offsets, indices, values } = this.train.byUser()
    const n = this.rank + 1
    const { stride } = this
    const equations = new NormalEquations(n)
    const normals = new Float64Array(n)
    const base = slot === null ? 0 : slot * (offsets.length - 1) * stride
    for (let u = 0; u + 1 < offsets.length; u++) {
      const [at, end] = [offsets[u]!, offsets[u + 1]!]
      const row = u * stride
      if (at === end) userRows.set(prior.mean, row)
      else {
        beginRow(equations, prior)
        for (let r = at; r < end; r++) {
          addUserRating(equations, itemRows, indices[r]! * stride, noise[0]!, values[r]! - this.mean)
        }
        equations.solve(userRows, row)
      }
      if (slot !== null) users.set(userRows.subarray(row, row + n), base + row)
      if (at === end) continue
      for (let k = 0; k < n; k++) normals[k] = random.normal()
      equations.draw(normals, userRows, row)
    }
  }

  private keepDraw(slot: number, userPrior: Normal, itemPrior: Normal, noise: number): void {
    const { items, itemRows, hyper, counts } = this.state
    const n = this.rank + 1
    items.set(itemRows, slot * itemRows.length)
    const at = slot * hyperWidth(this.stride)
    hyper.set(userPrior.precision, at)
    hyper.set(userPrior.mean, at + n * n)
    hyper[at + n * n + n] = noise
    hyper.set(itemPrior.mean, at + n * n + n + 1)
    counts[0] = slot + 1
  }

  private drawNoise(random: Random): number {
    const { user, item, rating, count } = this.train
    const { userRows, itemRows, noise } = this.state
    const rank = this.rank
    const { stride } = this
    let squares = 0
    for (let r = 0; r < count; r++) {
      const at = user[r]! * stride
      const from = item[r]! * stride
      let predicted = this.mean + userRows[at + rank]! + itemRows[from]!
      for (let k = 0; k < rank; k++) predicted += userRows[at + k]! * itemRows[from + k + 1]!
      squares += (rating[r]! - predicted) ** 2
    }
    noise[0] = drawGamma(1 + 0.5 * count, 1 + 0.5 * squares, random)
    return squares / count
  }

  /** Turns the factors onto their principal axes and drops those that move predictions too little; at least one stays. */
  private prune(): void {
    const { userRows, itemRows, noise, counts } = this.state
    const { stride, rank } = this
    const contributions = principalAxes(
      { rows: userRows, stride, first: 0 },
      { rows: itemRows, stride, first: 1 },
      rank,
      this.train,
    )
    const least = this.options.pruneBelow / noise[0]!
    const left = Math.max(1, contributions.findLastIndex((contribution) => contribution >= least) + 1)
    // In user rows the bias follows the factors.
    for (let at = 0; at < userRows.length; at += stride) userRows[at + left] = userRows[at + rank]!
    counts[1] = left
  }
}
