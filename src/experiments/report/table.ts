import { type FigureView, seedsSoFar } from '../lookup.ts'
import type { Column } from '../paper.ts'
import type { TableView } from '../view.ts'
import { decimal, element, escaped, type Html, signed } from './html.ts'

/** A table of figures; a column in which the paper has figures becomes three: the paper's, ours, the difference. */
export function figureTable({ columns, rows }: TableView, { quick }: { readonly quick: boolean }): Html {
  const printed = columns.map((_, c) => rows.some(({ figures }) => (figures[c]?.published ?? null) !== null))
  const anyPrinted = printed.includes(true)
  const differences = !quick
  const width = differences ? 3 : 2
  // So many columns fit the page with the spread under the mean instead of beside it.
  const wide = printed.reduce((sum, three) => sum + (three ? width : 1), 0) > 6
  const groups = columns.map(({ header }, c) =>
    printed[c]
      ? element('th', { colspan: width, class: 'group', scope: 'colgroup' }, escaped(header))
      : element('th', { rowspan: anyPrinted ? 2 : 1, class: 'group', scope: 'col' }, escaped(header)),
  )
  const under = columns.map((_, c) =>
    !printed[c]
      ? ''
      : ['paper', 'ours', ...(differences ? [wide ? 'diff.' : 'difference'] : [])]
          .map((name, n) => element('th', { class: n === 0 ? 'group' : null, scope: 'col' }, name))
          .join(''),
  )
  const head = element(
    'thead',
    {},
    element('tr', { class: 'groups' }, element('th', { rowspan: anyPrinted ? 2 : 1 }, ''), ...groups),
    anyPrinted ? element('tr', {}, ...under) : '',
  )
  const body = rows.map(({ label, tone, figures }) =>
    element(
      'tr',
      { class: tone ?? null },
      element('th', { scope: 'row' }, escaped(label)),
      ...figures.map((figure, c) => cells(figure, columns[c]!, printed[c]!, differences)),
    ),
  )
  return element(
    'div',
    { class: 'scroll' },
    element('table', { class: wide ? 'wide' : null }, head, element('tbody', {}, ...body)),
  )
}

function cells(figure: FigureView | null, column: Column, printed: boolean, differences: boolean): Html {
  const { digits = 4, better = null } = column
  if (!printed) return element('td', { class: 'group' }, ours(figure, digits))
  const { published = null, publishedValues = [] } = figure ?? {}
  const runs = publishedValues.length > 1 ? publishedValues.join(', ') : null
  const paper = published === null ? '' : decimal(published, digitsOf(publishedValues, digits))
  const title = runs === null ? null : `the paper's runs: ${runs}`
  const result = element('td', { class: 'group published', title }, paper) + element('td', {}, ours(figure, digits))
  if (!differences) return result
  const difference = figure?.status === 'value' ? figure.difference : null
  if (difference === null) return result + element('td', {}, '')
  const tone = better === null || difference === 0 ? null : difference < 0 === (better === 'lower') ? 'better' : 'worse'
  return result + element('td', { class: tone ?? null }, signed(difference, digits))
}

function ours(figure: FigureView | null, digits: number): Html {
  if (!figure) return ''
  if (figure.status === 'absent')
    return element('span', { class: 'absent', title: figure.reason }, escaped(figure.word))
  const { mean, sd, values } = figure
  const title = values.length > 1 ? `seeds: ${values.map((value) => decimal(value, digits + 1)).join(', ')}` : null
  const spread = sd === null ? '' : ` ${element('span', { class: 'sd' }, `± ${decimal(sd, digits)}`)}`
  const soFar = seedsSoFar(figure)
  const some = soFar && ` ${element('span', { class: 'sd' }, `(${soFar})`)}`
  return element('span', { title }, decimal(mean, digits)) + spread + some
}

/** As the paper printed it where it printed one figure; a mean of several gets our decimals. */
function digitsOf(values: readonly number[], digits: number): number {
  if (values.length !== 1) return digits
  return Math.max(2, String(values[0]).split('.')[1]?.length ?? 0)
}
