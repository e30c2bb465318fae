/** Metrics of models side by side: which are there, and which model is best in each. */

export interface Measured {
  readonly version: string
  readonly metrics: Readonly<Record<string, number | null>>
}

const lowerIsBetter = /^(rmse|mae|mse|loss|log-?loss|average-?rank|popularity|gini)/

/** Whether a smaller figure is the better one; null where neither end is good. */
export function better(metric: string): 'lower' | 'higher' | null {
  const name = metric.toLowerCase()
  if (/^(coverage-share|users|seconds|time|rows|pairs)/.test(name)) return null
  return lowerIsBetter.test(name) ? 'lower' : 'higher'
}

/** The metrics of at least one model: errors first, then by name. */
export function metricsOf(models: readonly Measured[]): string[] {
  const names = new Set(
    models.flatMap(({ metrics }) => Object.keys(metrics).filter((name) => typeof metrics[name] === 'number')),
  )
  const first = ['rmse', 'mae']
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  return [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
}

/** Versions with the best figure of a metric, as printed (several where they print the same); none where fewer than two were measured. */
export function bestOf(models: readonly Measured[], metric: string, digits = 4): ReadonlySet<string> {
  const way = better(metric)
  const measured = models.flatMap(({ version, metrics }) => {
    const figure = metrics[metric]
    return typeof figure === 'number' && Number.isFinite(figure)
      ? [{ version, figure: Number(figure.toFixed(digits)) }]
      : []
  })
  if (way === null || measured.length < 2) return new Set()
  const figures = measured.map(({ figure }) => figure)
  const best = way === 'lower' ? Math.min(...figures) : Math.max(...figures)
  return new Set(measured.filter(({ figure }) => figure === best).map(({ version }) => version))
}
