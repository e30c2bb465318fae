import { isMissing, words } from '../lookup.ts'
import type { Note } from '../paper.ts'
import type { SimilarMovie } from '../probes.ts'
import type {
  ChecksView,
  ClustersView,
  DistributionView,
  ExhibitView,
  FactsView,
  PairsView,
  SimilarView,
} from '../view.ts'
import { groupedBars, histogram } from './column-chart.ts'
import { decimal, element, escaped, grouped, type Html } from './html.ts'
import { lineChart } from './line-chart.ts'
import { scatter } from './scatter.ts'
import { figureTable } from './table.ts'

const kinds: Readonly<Record<Note['kind'], string>> = {
  contradiction: 'The paper contradicts itself.',
  implausible: 'This cannot be right.',
  choice: 'Our choice.',
  limit: 'Limit.',
}

export function notesList(notes: readonly Note[]): Html {
  if (notes.length === 0) return ''
  const items = notes.map(({ kind, text }) =>
    element('li', { class: kind }, element('b', {}, kinds[kind]), escaped(text)),
  )
  return element('ul', { class: 'notes' }, ...items)
}

interface ExhibitOptions {
  readonly quick: boolean
  /** Where it says what was run on synthetic ratings in place of a set that is not here. */
  readonly tried: string | null
}

/** One table or figure with its words. `anchor` is its id in the page. */
export function exhibitSection(view: ExhibitView, anchor: string, options: ExhibitOptions): Html {
  return element(
    'section',
    { class: 'exhibit', id: anchor },
    element('h3', {}, element('span', { class: 'label' }, escaped(view.label)), escaped(view.title)),
    view.text === '' ? '' : element('p', { class: 'soft' }, escaped(view.text)),
    body(view, options),
    options.tried === null ? '' : notRun(options.tried),
    notesList(view.notes),
  )
}

const notRun = (href: string): Html => {
  const link = element('a', { href }, 'time and memory on synthetic ratings of its size')
  return element('p', { class: 'absent' }, `Not run on the real set where it says “data not here”: ${link}.`)
}

function body(view: ExhibitView, options: Pick<ExhibitOptions, 'quick'>): Html {
  switch (view.kind) {
    case 'table':
      return figureTable(view, options)
    case 'curves': {
      const lines = view.series.filter(({ points }) => points.length > 0)
      const missing = view.series.filter(({ points }) => points.length === 0)
      const chart = lineChart({
        name: view.title,
        xLabel: 'epoch',
        yLabel: view.yLabel,
        lines,
        mark: options.quick ? null : view.published,
      })
      return chart + missing.map(({ label, absent }) => why(`${label}: ${brief(absent!)}`)).join('')
    }
    case 'bars': {
      const groups = view.bars.map(({ label, figures }) => ({
        label,
        values: figures.map((figure) => (figure.status === 'value' ? figure.mean : null)),
      }))
      const missing = view.bars.flatMap(({ label, figures }) => {
        const absent = figures.find(({ status }) => status === 'absent')
        return absent?.status === 'absent' ? [why(`${label}: ${brief(absent.reason)}`)] : []
      })
      return groupedBars(view.title, view.metrics, groups) + missing.join('')
    }
    case 'distribution':
      return distribution(view)
    case 'similar':
      return similarLists(view)
    case 'checks':
      return checksTable(view)
    case 'pairs':
      return view.absent === null ? pairsTable(view) : why(view.absent)
    case 'map': {
      const { map } = view
      if (isMissing(map)) return why(brief(map.missing))
      const points = map.titles.map((title, n) => ({ title, x: map.x[n]!, y: map.y[n]!, group: map.genres[n]! }))
      return scatter(view.title, points) + element('p', { class: 'soft' }, escaped(map.words))
    }
    case 'facts':
      return factsTable(view)
    case 'clusters':
      return clusterLists(view)
  }
}

/** The page says at its head how to get a data set that is missing. */
const brief = (reason: string): string => {
  const { word } = words(reason)
  return word === 'data not here' ? word : reason
}

const why = (reason: string): Html => element('p', { class: 'absent' }, escaped(reason))

function distribution({ title, of, facts }: DistributionView): Html {
  if (typeof facts === 'string') return why(brief(facts))
  const counted = `${grouped(facts.ratings)} ratings of ${grouped(facts.items)} movies by ${grouped(facts.users)} users`
  const chart =
    of === 'ratings'
      ? histogram(
          title,
          'rating',
          'ratings',
          facts.histogram.map(({ value, count }) => ({ label: String(value), count })),
        )
      : lineChart({
          name: title,
          xLabel: 'movies by rank',
          yLabel: 'ratings',
          lines: [{ label: 'ratings', points: facts.perItem.map(({ rank, count }) => ({ x: rank, y: count })) }],
        })
  return chart + element('p', { class: 'soft' }, counted)
}

function similarLists({ lists }: SimilarView): Html {
  return lists
    .map(({ title, published, ours }) => {
      const printed = new Set(published.map((movie) => movie.title))
      const columns = ours.map(({ header, movies }) =>
        element(
          'div',
          {},
          element('h5', {}, escaped(header)),
          isMissing(movies) ? why(brief(movies.missing)) : movieList(movies, printed),
        ),
      )
      const paper = element('div', {}, element('h5', {}, 'the paper'), movieList(published, new Set()))
      return element('h4', {}, escaped(title)) + element('div', { class: 'lists' }, paper, ...columns)
    })
    .join('')
}

/** Movies that the paper printed too are set in bold. */
function movieList(movies: readonly SimilarMovie[], printed: ReadonlySet<string>): Html {
  const items = movies.map(({ title, similarity }) =>
    element(
      'li',
      { class: printed.has(title) ? 'shared' : null },
      `${escaped(title)} `,
      element('span', { class: 'similarity' }, decimal(similarity, 2)),
    ),
  )
  return element('ol', {}, ...items)
}

function checksTable({ checks }: ChecksView): Html {
  const rows = checks.map(({ label, published, value, reason, remark }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(label)),
      element('td', { class: 'published' }, grouped(published)),
      value === null
        ? element('td', { class: 'absent' }, escaped(brief(reason!)))
        : element('td', { class: value === published ? 'better' : null }, grouped(value)),
      element('td', { class: 'text' }, escaped(remark)),
    ),
  )
  const head = ['', 'paper', 'ours', ''].map((name) => element('th', { scope: 'col' }, name))
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))
  return element('div', { class: 'scroll' }, table)
}

function pairsTable({ pairs }: PairsView): Html {
  const rows = pairs.map(({ user, item, prediction, published }) =>
    element(
      'tr',
      {},
      element('td', {}, escaped(user)),
      element('td', {}, escaped(item)),
      element('td', { class: 'published' }, published.toExponential(2)),
      element('td', {}, prediction.toExponential(2)),
    ),
  )
  const head = ['user', 'movie', 'paper', 'ours'].map((name) => element('th', { scope: 'col' }, name))
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))
  return element('div', { class: 'scroll' }, table)
}

function factsTable({ columns, rows, absent }: FactsView): Html {
  const shown = (value: number | null): string =>
    value === null ? '' : Number.isInteger(value) ? grouped(value) : decimal(value, 4)
  const body = rows.map(({ label, values }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(label)),
      ...values.map((value) => element('td', {}, shown(value))),
    ),
  )
  const head = ['', ...columns].map((name) => element('th', { scope: 'col' }, escaped(name)))
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body))
  return (rows.length === 0 ? '' : element('div', { class: 'scroll' }, table)) + absent.map(why).join('')
}

function clusterLists({ clusters, published }: ClustersView): Html {
  const list = (titles: readonly string[]): Html =>
    element('ol', {}, ...titles.map((title) => element('li', {}, escaped(title))))
  const paper = element('div', {}, element('h5', {}, 'the paper'), list(published))
  if (isMissing(clusters)) return element('div', { class: 'lists' }, paper) + why(brief(clusters.missing))
  const units = clusters.map(({ unit, movies, genres }) => {
    const said = Object.entries(genres).map(([name, value]) => `${name} ${decimal(value, 2)}`)
    return element('div', {}, element('h5', {}, escaped([`unit ${unit}`, ...said].join(' · '))), list(movies))
  })
  return element('div', { class: 'lists' }, paper, ...units)
}
