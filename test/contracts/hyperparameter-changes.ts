/** Settings of a model by name. */
export type Settings = Readonly<Record<string, unknown>>

/** Another value for one hyper-parameter, and the settings around it under which it acts. */
export interface Change {
  readonly to: unknown
  readonly under: Settings
}

/** Shows with the quick settings. */
const to = (value: unknown): Change => ({ to: value, under: {} })
/** Shows only with these settings beside it. */
const under = (settings: Settings, value: unknown): Change => ({ to: value, under: settings })

/** Fast learning on few ratings: the validation error rises soon, so that patience decides when training stops. */
const hasty = (rate: number, epochs = 12): Settings => ({ learningRate: rate, epochs, patience: epochs })

const rows = {
  encoding: to('raw'),
  damping: to(1),
  normalise: to('mean'),
  startAtMeans: under({ encoding: 'raw' }, false),
  dropout: to(0.2),
  inputDropout: to(0.4),
  l1: to(0.01),
  l2: to(0.1),
  initialiser: to('he-normal'),
  optimiser: to('row-adagrad'),
  learningRate: to(0.02),
  schedule: to('cosine'),
  batch: to(7),
  epochs: to(2),
  patience: under(hasty(0.5), 1),
  clip: to(0.01),
}
const { startAtMeans: _, ...query } = rows

const liked = { threshold: 3 }
const implicit = {
  dropout: to(0.3),
  threshold: to(3),
  dislikes: under(liked, 'negative'),
  negatives: to(2),
  sampling: to('popularity'),
  samplingAlpha: under({ sampling: 'popularity' }, 2),
  l2: to(0.5),
  weightDecay: to(0.1),
  initSd: to(0.3),
  outputBias: to(false),
  optimiser: to('lazy-adam'),
  learningRate: to(0.01),
  batch: to(20),
  epochs: to(2),
  stopping: under(hasty(0.05), 'loss'),
  patience: under(hasty(0.05, 15), 1),
  foldInSteps: to(3),
  foldInRate: to(0.3),
  foldInPull: to(10),
  foldInItems: to(10),
}
const implicitQuick = { epochs: 3, batch: 50, foldInSteps: 20 }

const explicitFactors = {
  factors: to(3),
  epochs: to(4),
  regularisation: to(5),
  biasRegularisation: to(5),
  exponent: to(1),
  initSd: to(0.6),
  patience: under({ factors: 12, epochs: 20, regularisation: 0.01, exponent: 0 }, 1),
}
const explicitQuick = { factors: 2, epochs: 3 }

const svd = {
  factors: to(7),
  epochs: to(2),
  learningRate: to(0.004),
  decay: to(0.9),
  regularisation: to(0.2),
  initialSd: to(0.3),
  patience: under(hasty(0.05, 30), 1),
}
const biased = { ...svd, biasLearningRate: to(0.001), biasRegularisation: to(0.5) }
const svdQuick = { epochs: 3, factors: 8 }

const knn = {
  similarity: to('pearson'),
  lengths: under({ similarity: 'cosine' }, 'common'),
  k: to(3),
  minNeighbours: to(25),
  minSupport: to(8),
  shrinkage: to(0),
  centre: to('mean'),
  damping: to(0),
  sweeps: to(1),
}

interface Walk {
  /** What keeps fitting short; every change starts from here. */
  readonly quick: Settings
  readonly changes: Readonly<Record<string, Change>>
  /** Another kind of the same model that is walked too, and what does not act on it. */
  readonly also?: { readonly settings: Settings; readonly without: readonly string[] }
}

/** For each registered model a change of each of its hyper-parameters. A new one must get its line here. */
export const hyperparameterChanges: Readonly<Record<string, Walk>> = {
  'embedding-dot': {
    quick: { factors: 4, epochs: 4, learningRate: 0.01 },
    changes: {
      factors: to(5),
      epochs: to(3),
      learningRate: to(0.011),
      decay: to(0.8),
      l2: to(0.06),
      l2Bias: to(0.006),
      optimiser: to('sgd'),
      batch: to(32),
      initialiser: to('he-normal'),
      initSd: to(0.02),
      output: to('linear'),
      globalBias: to(false),
      patience: under({ ...hasty(0.05, 40), factors: 10, l2: 0, l2Bias: 0, decay: 1 }, 1),
      // The two schemes are meant to agree with lazy-adam; exact Adam is what only the graph can do.
      scheme: under({ optimiser: 'sgd', batch: 16 }, 'graph'),
      foldInPrior: to(0),
      foldInBiasPrior: to(0),
      neighbourSupport: to(20),
    },
  },
  dnn: {
    quick: { factors: 6, layers: [8, 4], epochs: 3, batch: 50, foldInSteps: 20 },
    changes: {
      factors: to(5),
      layers: to([7]),
      dropout: to(0.1),
      hiddenDropout: to(0.3),
      l2: to(0.5),
      embeddingL2: to(0.1),
      weightDecay: to(0.1),
      initialiser: to('he-normal'),
      initSd: to(0.3),
      optimiser: to('adagrad'),
      learningRate: to(0.01),
      schedule: to('constant'),
      batch: to(20),
      epochs: to(2),
      patience: under(hasty(0.5), 1),
      clip: to(0.01),
      foldInSteps: to(3),
      foldInRate: to(0.3),
    },
  },
  autoencoder: {
    quick: { layers: [8, 4, 8], epochs: 3, batch: 16, learningRate: 0.005 },
    changes: {
      ...rows,
      layers: to([7]),
      activation: to('sigmoid'),
      residual: to(true),
      withhold: to('one'),
      presence: to(true),
      sparsity: to('l1'),
      sparsityWeight: under({ sparsity: 'kl' }, 1),
      sparsityTarget: under({ sparsity: 'kl' }, 0.5),
    },
  },
  autorec: {
    quick: { hidden: 8, epochs: 3, batch: 16, learningRate: 0.005 },
    changes: { ...rows, side: to('user'), hidden: to(5), activation: to('tanh'), foldInL2: to(50) },
    also: { settings: { side: 'user' }, without: ['side', 'foldInL2'] },
  },
  'stacked-autoencoder': {
    quick: { layers: [8, 4], epochs: 3, pretrainEpochs: 2, batch: 16, learningRate: 0.005 },
    changes: { ...rows, layers: to([8, 5]), activation: to('tanh'), pretrainEpochs: to(1) },
  },
  rbm: {
    quick: { hidden: 8, epochs: 3, batch: 16 },
    changes: {
      hidden: to(5),
      conditional: to(false),
      steps: to([3]),
      stage: under({ steps: [1, 4], stage: 1 }, 2),
      initSd: to(0.2),
      optimiser: to('adam'),
      learningRate: to(0.1),
      momentum: to(0.3),
      weightDecay: to(0.1),
      schedule: to('cosine'),
      batch: to(25),
      epochs: to(2),
      patience: under(hasty(1), 1),
    },
  },
  'query-network': {
    quick: { layers: [8, 4], epochs: 3, batch: 32, learningRate: 0.005 },
    changes: { ...query, optimiser: to('adagrad'), layers: to([7]), activation: to('sigmoid'), output: to('classes') },
  },
  'explainable-dnn': {
    quick: { factors: 6, layers: [8, 4], epochs: 3, batch: 50, foldInSteps: 20, initSd: 0.3 },
    changes: {
      factors: to(5),
      layers: to([7]),
      dropout: to([0]),
      embeddingDropout: to(0.1),
      attention: to(false),
      batchNorm: to(false),
      normMomentum: under({ averageFrom: null }, 0.3),
      biases: to(false),
      l2: to(0.5),
      biasL2: to(0.5),
      embeddingL2: to(0.05),
      weightDecay: to(0.1),
      initialiser: to('he-normal'),
      initSd: to(0.1),
      optimiser: to('adagrad'),
      learningRate: to(0.01),
      schedule: to('cosine'),
      decay: under({ schedule: 'step', decayEvery: 1 }, 0.2),
      decayEvery: under({ schedule: 'step' }, 1),
      decayPatience: under({ ...hasty(0.3), schedule: 'plateau' }, 1),
      averageFrom: to(1),
      batch: to(20),
      epochs: to(2),
      patience: under(hasty(0.3), 1),
      clip: to(0.01),
      foldInSteps: to(3),
      foldInRate: to(0.05),
      foldInPrior: to(5),
    },
  },
  gmf: { quick: { factors: 6, ...implicitQuick }, changes: { ...implicit, factors: to(5) } },
  mlp: { quick: { layers: [8, 6, 4], ...implicitQuick }, changes: { ...implicit, layers: to([8, 4]) } },
  neumf: {
    quick: { factors: 6, layers: [8, 6, 4], ...implicitQuick },
    changes: {
      ...implicit,
      factors: to(5),
      layers: to([8, 4]),
      gmfDropout: to(0.3),
      pretrainEpochs: to(1),
      pretrainRate: under({ pretrainEpochs: 1 }, 0.01),
      alpha: under({ pretrainEpochs: 1 }, 0.2),
    },
  },
  random: { quick: {}, changes: {} },
  popularity: { quick: {}, changes: { minimumRating: to(4) } },
  'item-mean': { quick: {}, changes: { damping: to(1) } },
  bias: { quick: {}, changes: { itemDamping: to(1), userDamping: to(1), sweeps: to(2) } },
  content: {
    quick: { minimumTagItems: 1 },
    changes: {
      sweeps: to(1),
      tasteRegularisation: to(9),
      userDamping: to(9),
      commonRegularisation: to(1),
      itemMeans: to(false),
      itemDamping: to(1),
      years: to(false),
      minimumTagItems: to(99),
      maximumTags: to(0),
    },
  },
  'joint-mf': { quick: explicitQuick, changes: { ...explicitFactors, neighbours: to(3), contextWeight: to(2) } },
  'collective-mf': {
    quick: { ...explicitQuick, minimumTagItems: 1 },
    changes: {
      ...explicitFactors,
      genreWeight: to(3),
      tagWeight: to(3),
      entityRegularisation: to(1),
      minimumTagItems: to(99),
      maximumTags: to(0),
    },
  },
  als: {
    quick: explicitQuick,
    changes: {
      ...explicitFactors,
      feedback: to('implicit'),
      biases: to(false),
      unobservedWeight: under({ feedback: 'implicit' }, 0.1),
      minimumRating: under({ feedback: 'implicit' }, 3.5),
      weights: under({ feedback: 'implicit' }, 'rating'),
    },
  },
  'bayesian-mf': {
    quick: { rank: 3, epochs: 8, burnIn: 3, samples: 3 },
    changes: {
      rank: to(2),
      maximumRank: under({ rank: 'auto', maximumRank: 6 }, 4),
      pruneBelow: under({ rank: 'auto', maximumRank: 6 }, 0.5),
      epochs: to(9),
      burnIn: to(2),
      samples: to(2),
      priorStrength: to(9),
      initSd: to(0.3),
      patience: under({ epochs: 40, samples: 20 }, 1),
    },
  },
  ease: { quick: {}, changes: { lambda: to(30), minimumRating: to(3), weights: to('rating') } },
  'user-knn': { quick: { k: 10 }, changes: knn },
  'item-knn': { quick: { k: 10 }, changes: { ...knn, minNeighbours: to(15), stored: to(10) } },
  svd: { quick: svdQuick, changes: { ...svd, centre: to('mean') } },
  'biased-svd': { quick: svdQuick, changes: biased },
  svdpp: { quick: svdQuick, changes: biased },
}
