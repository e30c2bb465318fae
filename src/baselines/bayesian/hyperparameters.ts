import * as z from 'zod'

export const bayesianHyperparameters = z.object({
  rank: z
    .union([z.number().int().min(1), z.literal('auto')])
    .default(8)
    .describe('Length of the vectors, or "auto": found from the data (non-parametric).'),
  maximumRank: z.number().int().min(1).default(16).describe('With rank "auto": how many factors it starts from.'),
  pruneBelow: z
    .number()
    .min(0)
    .default(0.001)
    .describe(
      'With rank "auto": principal axes that move predictions by less than this share of the noise variance are dropped after burn-in.',
    ),
  epochs: z.number().int().min(1).default(100).describe('Gibbs sweeps, burn-in included.'),
  burnIn: z.number().int().min(0).default(20).describe('Sweeps whose draws are not kept.'),
  samples: z
    .number()
    .int()
    .min(1)
    .default(40)
    .describe('Posterior draws kept, evenly spaced over the sweeps after burn-in; predictions are their mean.'),
  priorStrength: z
    .number()
    .positive()
    .default(2)
    .describe('How many rows the prior mean of a side counts as (beta 0 of the normal-Wishart prior).'),
  initSd: z.number().positive().default(0.1).describe('The chain starts from factors of N(0, initSd).'),
  patience: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('With validation data: stop after so many sweeps without improvement; null runs all.'),
})

export type BayesianHyperparameters = ReturnType<typeof bayesianHyperparameters.parse>
