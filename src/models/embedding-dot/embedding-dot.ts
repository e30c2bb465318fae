import { availableParallelism } from 'node:os'
import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { DotSide } from '../../engine/dot/rows.ts'
import { DotScorer } from '../../engine/dot/scorer.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import type { Abilities, FitOptions, FitReport, ModelState, OnnxFile, Pairs, ProfileRating } from '../recommender.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type FoldInPrior, foldIn } from './fold-in.ts'
import type { EmbeddingDotHyperparameters } from './hyperparameters.ts'
import { leaveOut } from './leave-out.ts'
import { predictPairs } from './prediction.ts'
import { initialSides, settingsOf } from './start.ts'

/** With fewer ratings than this for each, more threads cost more than they save. */
const ratingsPerThread = 100_000
/** similar() always has so many items to choose from, if there are so many. */
const leastNeighbours = 20

/**
 * System 5: rating = low + (high - low) sigmoid(mean + p_u . q_i + b_u + b_i). A user without training ratings is
 * predicted from the item's bias alone, an item without them from the user's bias alone, and neither from the mean.
 * Profiles are folded in by solving for (p, b) with the items fixed: here in TypeScript, in fold-in.onnx by the same method.
 */
export class EmbeddingDot extends BaseRecommender {
  readonly name = 'embedding-dot'
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true, warmStart: true }
  readonly hyperparameters: EmbeddingDotHyperparameters
  private fitted: { settings: DotSettings; users: DotSide; items: DotSide } | null = null
  private scorer: Promise<DotScorer> | null = null
  private support: number | null = null

  /** Throws `bad-hyperparameter` for exact Adam without the graph. */
  constructor(hyperparameters: EmbeddingDotHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
    if (hyperparameters.optimiser === 'adam' && hyperparameters.scheme === 'shared') {
      throw new MarqueeError('bad-hyperparameter', 'embedding-dot: optimiser = "adam" is exact Adam over all rows', {
        remedy: 'Set scheme=graph with it, or use optimiser=lazy-adam.',
      })
    }
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, validation, onProgress, signal, checkpoint } = options
    const { scheme, epochs, learningRate, decay, patience } = this.hyperparameters
    const wanted = Math.max(1, options.threads ?? availableParallelism())
    const useful = Math.min(Math.ceil(train.count / ratingsPerThread), train.users.size, train.items.size)
    const threads = scheme === 'shared' ? Math.min(wanted, useful) : wanted
    const settings = settingsOf(this.hyperparameters, train)
    const training = {
      train,
      validation,
      settings,
      initial: initialSides(this.hyperparameters, train, seed, options.start),
      seed,
      threads,
      epochs: {
        epochs,
        learningRate,
        schedule: { kind: 'step', every: 1, factor: decay } as const,
        patience: validation ? patience : null,
        onProgress,
        signal,
        checkpoint,
        fingerprint: fingerprintOf({ ...this.hyperparameters, seed, threads }, train, validation),
      },
    }
    const { users, items, report } =
      scheme === 'shared'
        ? await (await import('./train-shared.ts')).trainShared(training)
        : await (await import('./train-graph.ts')).trainGraph(training, this.hyperparameters.optimiser)
    this.fitted = { settings, users, items }
    const seconds = (performance.now() - started) / 1000
    return { ...report, seconds, repeatable: scheme === 'shared' || threads === 1 }
  }

  protected predictPairs(pairs: Pairs): Float32Array {
    const { settings, users, items } = this.parts
    return predictPairs(settings, users, items, pairs)
  }

  protected async scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override async scoreUsers(chosen: Int32Array): Promise<Float32Array> {
    const { settings, users } = this.parts
    const { factors } = settings
    const side = { factors: new Float32Array(chosen.length * factors), biases: new Float32Array(chosen.length) }
    for (let n = 0; n < chosen.length; n++) {
      const user = chosen[n]!
      // Rows without training ratings are zeros, as an empty profile is.
      if (!this.isKnownUser(user)) continue
      side.factors.set(users.factors.subarray(user * factors, (user + 1) * factors), n * factors)
      side.biases[n] = users.biases[user]!
    }
    return (await this.openScorer()).scores(side)
  }

  protected async scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    return (await this.openScorer()).scores(this.foldIn(profile))
  }

  async leaveOut(profile: readonly ProfileRating[], left: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { settings, items: side } = this.parts
    const { foldInPrior, foldInBiasPrior } = this.hyperparameters
    const rest = this.checkedLeaveOut(profile, left, items)
    return leaveOut(side, settings, rest, { ratings: foldInPrior, bias: foldInBiasPrior }, left, items)
  }

  protected override itemVectors(): Rows {
    const { settings, items } = this.parts
    return { data: items.factors, width: settings.factors }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    const { offsets } = this.train.byItem()
    return offsets[item + 1]! - offsets[item]! >= this.neighbourSupport()
  }

  /** The ratings a neighbour needs: as set, or fewer where that would leave too little choice. */
  private neighbourSupport(): number {
    if (this.support === null) {
      const { offsets } = this.train.byItem()
      const counts = Int32Array.from({ length: offsets.length - 1 }, (_, item) => offsets[item + 1]! - offsets[item]!)
      const least = counts.sort().at(-Math.min(leastNeighbours, counts.length))!
      this.support = Math.min(this.hyperparameters.neighbourSupport, least)
    }
    return this.support
  }

  protected snapshot(): ModelState {
    const { settings, users, items } = this.parts
    const { factors, output, offset, low, high } = settings
    const tensors = (name: string, side: DotSide): ModelState['tensors'] => ({
      [`${name}.factors`]: { shape: [side.biases.length, factors], data: side.factors },
      [`${name}.biases`]: { shape: [side.biases.length], data: side.biases },
    })
    return {
      tensors: { ...tensors('users', users), ...tensors('items', items) },
      values: { output, offset, low, high },
    }
  }

  protected restore({ tensors, values }: ModelState): void {
    const side = (name: string): DotSide => ({
      factors: tensors[`${name}.factors`]!.data as Float32Array,
      biases: tensors[`${name}.biases`]!.data as Float32Array,
    })
    const kept = values as Pick<DotSettings, 'output' | 'offset' | 'low' | 'high'>
    const { output, offset, low, high } = kept
    const settings = { ...settingsOf(this.hyperparameters, this.train), output, offset, low, high }
    this.fitted = { settings, users: side('users'), items: side('items') }
    this.scorer = null
  }

  override async onnx(): Promise<OnnxFile[]> {
    const { settings, users, items } = this.parts
    const [{ ratingFile }, { foldInFile }] = await Promise.all([import('./network.ts'), import('./fold-in-graph.ts')])
    return [ratingFile(settings, users, items), foldInFile(settings, items, this.foldInPrior())]
  }

  private foldIn(profile: readonly ProfileRating[]): DotSide {
    const { settings, items } = this.parts
    return foldIn(items, settings, profile, this.foldInPrior())
  }

  private foldInPrior(): FoldInPrior {
    const { foldInPrior, foldInBiasPrior } = this.hyperparameters
    return { ratings: foldInPrior, bias: foldInBiasPrior }
  }

  private get parts(): NonNullable<typeof this.fitted> {
    this.train
    return this.fitted!
  }

  private openScorer(): Promise<DotScorer> {
    const { items, settings } = this.parts
    this.scorer ??= DotScorer.create(items, settings)
    return this.scorer
  }
}
