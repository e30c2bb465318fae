import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
import type { Rows } from '../../models/cosine.ts'
import type {
  Abilities,
  FitOptions,
  FitReport,
  ModelState,
  Pairs,
  ProfileRating,
  Who,
} from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { runFingerprint, runSweeps } from '../factors/sweeps.ts'
import { type ChainState, GibbsChain } from './gibbs.ts'
import { type BayesianHyperparameters, bayesianHyperparameters } from './hyperparameters.ts'
import { hyperWidth, Posterior } from './posterior.ts'

/**
 * Bayesian matrix factorisation with biases, by Gibbs sampling: a prediction is the mean over the posterior draws that were kept.
 * The artefact holds those draws (items, and the users' means given them), not a point estimate, so its size grows with
 * `samples`. With rank "auto" it is non-parametric: how many factors there are is found from the data.
 * Folding in a training user's own ratings gives that user's scores. With validation data the draws after the best sweep are dropped.
 */
class BayesianMf extends BaseRecommender {
  readonly name = 'bayesian-mf'
  readonly hyperparameters: BayesianHyperparameters
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  private mean = 0
  private posterior: Posterior | null = null

  constructor(options: BayesianHyperparameters) {
    super()
    this.hyperparameters = options
  }

  /** The number of factors: as asked for, or as found. */
  get rank(): number {
    return this.draws.unknowns - 1
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const { epochs, patience } = this.hyperparameters
    const { seed = 1, validation } = options
    const random = new Random(seed)
    const draws = { random: random.fork('chain') }
    const chain = new GibbsChain(train, this.hyperparameters, random.fork('start'))
    this.mean = train.mean()
    const report = await runSweeps(
      {
        epochs,
        patience,
        examples: train.count,
        state: { ...chain.state },
        sweep: (epoch) => chain.sweep(epoch, draws.random),
        validate: validation && (() => this.validationError(chain.state, validation)),
        draws,
        fingerprint: runFingerprint(this, train, options, seed),
      },
      options,
    )
    this.posterior = this.posteriorOf(chain.state)
    return report
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    const draws = this.draws
    return Float32Array.from(user, (u, n) => this.mean + draws.predict(u, item[n]!))
  }

  protected scoreUser(user: number): Float32Array {
    return Float32Array.from(this.draws.scoreUser(user), (deviation) => this.mean + deviation)
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    return this.scoreRatings(profile)
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const known = this.known(who)
    if (!('user' in known)) return this.scoreRatings(known.profile, items)
    return Float32Array.from(this.draws.scoreUser(known.user, items), (deviation) => this.mean + deviation)
  }

  /** Of all items unless some are given. */
  private scoreRatings(profile: readonly ProfileRating[], some?: Int32Array): Float32Array {
    const sorted = [...profile].sort((a, b) => a.item - b.item)
    const items = Int32Array.from(sorted, ({ item }) => item)
    const deviations = Float64Array.from(sorted, ({ rating }) => Math.fround(rating) - this.mean)
    return Float32Array.from(this.draws.scoreProfile(items, deviations, some), (deviation) => this.mean + deviation)
  }

  /** The draws' item vectors side by side: inner products are means over draws, which no rotation of the factors disturbs. */
  protected override itemVectors(): Rows {
    const { unknowns, samples, arrays } = this.draws
    const items = this.train.items.size
    const rank = unknowns - 1
    const width = samples * rank
    const data = new Float32Array(items * width)
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < items; i++) {
        const at = (s * items + i) * unknowns + 1
        data.set(arrays.items.subarray(at, at + rank), i * width + s * rank)
      }
    }
    return { data, width }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    const { offsets } = this.train.byItem()
    return offsets[item + 1]! > offsets[item]!
  }

  protected snapshot(): ModelState {
    const { arrays, unknowns, samples } = this.draws
    const { users, items, hyper } = arrays
    return {
      tensors: {
        users: { shape: [samples, this.train.users.size, unknowns], data: users },
        items: { shape: [samples, this.train.items.size, unknowns], data: items },
        hyper: { shape: [samples, hyperWidth(unknowns)], data: hyper },
      },
      values: { mean: this.mean, rank: unknowns - 1, samples },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    this.mean = values.mean as number
    this.posterior = new Posterior(
      {
        users: tensors.users!.data as Float32Array,
        items: tensors.items!.data as Float32Array,
        hyper: tensors.hyper!.data as Float64Array,
      },
      (values.rank as number) + 1,
      values.samples as number,
      this.train.users.size,
      this.train.items.size,
    )
  }

  private get draws(): Posterior {
    // BaseRecommender.train throws the error that a user sees.
    if (!this.posterior) throw new RangeError(`${this.train.count} ratings, but no draws`)
    return this.posterior
  }

  /** The draws kept, without the room of factors that were dropped. */
  private posteriorOf({ users, items, hyper, counts, itemRows }: ChainState): Posterior {
    const [samples, rank] = [counts[0]!, counts[1]!]
    const n = rank + 1
    const room = itemRows.length / this.train.items.size
    const narrow = (rows: Float32Array, count: number): Float32Array => {
      if (n === room) return rows.slice(0, samples * count * n)
      const narrowed = new Float32Array(samples * count * n)
      for (let row = 0; row < samples * count; row++) {
        narrowed.set(rows.subarray(row * room, row * room + n), row * n)
      }
      return narrowed
    }
    const kept = new Float64Array(samples * hyperWidth(n))
    for (let s = 0; s < samples; s++) {
      const at = s * hyperWidth(room)
      kept.set(hyper.subarray(at, at + hyperWidth(n)), s * hyperWidth(n))
    }
    const [userCount, itemCount] = [this.train.users.size, this.train.items.size]
    const arrays = { users: narrow(users, userCount), items: narrow(items, itemCount), hyper: kept }
    return new Posterior(arrays, n, samples, userCount, itemCount)
  }

  private async validationError(
    state: ChainState,
    { user, item, rating, scale, count }: Interactions,
  ): Promise<number> {
    const draws = this.posteriorOf(state)
    let squares = 0
    for (let n = 0; n < count; n++) {
      const predicted = this.mean + draws.predict(user[n]!, item[n]!)
      squares += (Math.min(scale.max, Math.max(scale.min, predicted)) - rating[n]!) ** 2
    }
    return Math.sqrt(squares / count)
  }
}

export const bayesianDefinition: ModelDefinition<typeof bayesianHyperparameters.shape> = {
  name: 'bayesian-mf',
  kind: 'baseline',
  summary: 'Bayesian matrix factorisation by Gibbs sampling; with rank "auto" non-parametric.',
  source:
    'Salakhutdinov and Mnih 2008 (BPMF) with biases; for rank "auto" an over-complete chain pruned on its principal axes.',
  hyperparameters: bayesianHyperparameters,
  create: (options) => new BayesianMf(options),
}
