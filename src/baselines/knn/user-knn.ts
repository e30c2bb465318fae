import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { throwIfAborted } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../../models/base.ts'
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
import { DampedBias } from '../damped-bias.ts'
import { solvedAsync } from '../solved.ts'
import { neighbourhoodShape } from './hyperparameters.ts'
import { fillMemory, type KnnMemory } from './memory.ts'
import { groupByUser, jobsOf, worthThreads } from './pairs.ts'
import { runJobs } from './pool.ts'
import { type AsValue, meanOf, rowMeans, type SimilarityRule, valuesBy } from './values.ts'
import { type KnnSetup, KnnWork } from './work.ts'

const hyperparameters = z.object(
  neighbourhoodShape('user', 'item', {
    similarity: 'baseline',
    lengths: 'all',
    k: 60,
    shrinkage: 100,
    centre: 'baseline',
  }),
)

interface Prepared {
  readonly memory: KnnMemory
  readonly work: KnnWork
  readonly asValue: AsValue
  readonly setups: readonly KnnSetup[]
}

/**
 * User-based neighbourhood model. A prediction is the base of user and item plus the weighted mean of what the ratings
 * of the k most similar users who rated the item differ from theirs (Herlocker et al. 1999). A user is compared with all
 * others when asked for, and nothing of it is kept: no user-user matrix exists at any time. A profile is compared like
 * any user. Without enough neighbours the baseline estimate answers.
 */
class UserKnn extends BaseRecommender {
  readonly name = 'user-knn'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: false }
  private baseline!: DampedBias
  private userMeans = new Float64Array()
  private threads = availableParallelism()
  private prepared: Promise<Prepared> | null = null

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected fitModel(train: Interactions, { threads, signal }: FitOptions): Promise<FitReport> {
    return solvedAsync(async () => {
      throwIfAborted(signal, 'comparing users')
      this.threads = threads ?? this.threads
      this.baseline = DampedBias.fit(train, this.hyperparameters.damping, this.hyperparameters.sweeps)
      await this.ready()
    })
  }

  protected async predictPairs(pairs: Pairs): Promise<Float32Array> {
    const { setups, work } = await this.ready()
    const grouped = groupByUser(pairs, (user) => this.isKnownUser(user))
    const predicted = Float32Array.from(pairs.user, (user, n) => this.baseline.ofPair(user, pairs.item[n]!))
    const jobs = jobsOf(grouped)
    const parallel = worthThreads(this.train, grouped.users)
    const results = parallel ? await runJobs(setups, jobs) : jobs.map((job) => work.run(job))
    let at = 0
    for (const means of results) {
      for (const mean of means) {
        const n = grouped.rows[at++]!
        if (Number.isNaN(mean)) continue
        const user = pairs.user[n]!
        predicted[n] = mean + this.base(this.userMeans[user]!, this.baseline.users[user]!, pairs.item[n]!)
      }
    }
    return predicted
  }

  protected scoreUser(user: number): Promise<Float32Array> {
    return this.scoreRow(user, this.everything())
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    return this.scoreRatings(profile, this.everything())
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const known = this.known(who)
    return 'user' in known ? this.scoreRow(known.user, items) : this.scoreRatings(known.profile, items)
  }

  private everything(): Int32Array {
    return Int32Array.from({ length: this.train.items.size }, (_, item) => item)
  }

  private async scoreRow(user: number, items: Int32Array): Promise<Float32Array> {
    const { work } = await this.ready()
    work.compareRow(user)
    return this.scores(work, this.userMeans[user]!, this.baseline.users[user]!, items)
  }

  private async scoreRatings(profile: readonly ProfileRating[], items: Int32Array): Promise<Float32Array> {
    const { work, asValue } = await this.ready()
    const { mean } = this.baseline
    const sorted = profile.toSorted((a, b) => a.item - b.item)
    const ratings = sorted.map(({ rating }) => rating)
    const bias = this.baseline.ofProfile(sorted)
    const ownMean = meanOf(ratings, mean, 0)
    work.compareValues(
      sorted.map(({ item }) => item),
      sorted.map(({ item, rating }) => asValue(rating, item, ownMean, bias)),
    )
    return this.scores(work, meanOf(ratings, mean, this.hyperparameters.damping), bias, items)
  }

  /** For the user of the last comparison. */
  private scores(work: KnnWork, userMean: number, userBias: number, items: Int32Array): Float32Array {
    return Float32Array.from(items, (item) => {
      const mean = work.mean(item)
      return Number.isNaN(mean) ? this.baseline.estimate(userBias, item) : mean + this.base(userMean, userBias, item)
    })
  }

  /** What deviations are from. */
  private base(userMean: number, userBias: number, item: number): number {
    const { centre } = this.hyperparameters
    return centre === 'none' ? 0 : centre === 'mean' ? userMean : this.baseline.estimate(userBias, item)
  }

  private ready(): Promise<Prepared> {
    this.prepared ??= this.prepare()
    return this.prepared
  }

  private async prepare(): Promise<Prepared> {
    const { train, baseline, threads } = this
    const { similarity, lengths, minSupport, shrinkage, damping, k, minNeighbours } = this.hyperparameters
    const rule: SimilarityRule = { similarity, lengths, support: minSupport, shrinkage }
    const byRow = train.byUser()
    const byColumn = train.byItem()
    const { mean } = baseline
    this.userMeans = rowMeans(byRow, mean, damping)
    const asValue = valuesBy(rule, { mean, columnMeans: rowMeans(byColumn, mean), columnBiases: baseline.items })
    const memory = await fillMemory({
      ...{ byRow, byColumn, rule, asValue, threads, stored: 0 },
      rowMeans: rowMeans(byRow, mean),
      rowBiases: baseline.users,
      deviation: (user, item, rating) => rating - this.base(this.userMeans[user]!, baseline.users[user]!, item),
    })
    const { arena, places } = memory
    const setups = Array.from({ length: threads }, (_, thread): KnnSetup => {
      return { memory: arena.memory, simd: arena.simd, places, thread, rule, k, minNeighbours, stored: 0 }
    })
    return { memory, asValue, setups, work: await KnnWork.start(setups[0]!) }
  }

  protected snapshot(): ModelState {
    return this.baseline.state()
  }

  protected restore(state: ModelState): void {
    this.baseline = DampedBias.restore(state)
    this.prepared = null
  }
}

export const userKnnDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'user-knn',
  kind: 'baseline',
  summary: 'Ratings of the users most like this one, weighted by likeness.',
  source: 'Herlocker et al. 1999; similarities and shrinkage as in Koren 2010, section 3.1.',
  hyperparameters,
  create: (options) => new UserKnn(options),
}
