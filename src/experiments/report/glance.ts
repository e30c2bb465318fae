import type { FigureView } from '../lookup.ts'
import type { Glance } from '../paper.ts'
import type { PaperView } from '../view.ts'
import { decimal, element, escaped, type Html } from './html.ts'

/** The table that a report opens with: what each paper says, what its model gives as printed and tuned, and a plain yardstick. */
export function glanceTable(papers: readonly PaperView[]): Html {
  const rows = papers
    .flatMap((paper) => paper.glances.map((glance) => row(paper, glance)))
    .filter((html) => html !== '')
  if (rows.length === 0) return ''
  const names = ['', 'the paper', 'as printed', 'tuned', 'yardstick on the same split']
  const head = names.map((name) => element('th', { scope: name === '' ? null : 'col' }, name))
  return element(
    'section',
    { class: 'exhibit' },
    element('h3', {}, 'At a glance'),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        { class: 'glance' },
        element('thead', {}, element('tr', {}, ...head)),
        element('tbody', {}, ...rows),
      ),
    ),
  )
}

function row(
  paper: PaperView,
  { what, exhibit, column, printed, published, tuned, yardstick, yardstickName = yardstick }: Glance,
): Html {
  const view = paper.exhibits.find(({ id }) => id === exhibit)
  const figure = (label: string): FigureView | null =>
    (view?.kind === 'table' && view.rows.find((one) => one.label === label)?.figures[column]) || null
  // What is not here is told above the table.
  if ([printed, tuned].every((label) => isNotHere(figure(label)))) return ''
  const said = published ?? figure(printed)?.published ?? null
  const name = element('a', { href: `#${paper.name}-${exhibit}` }, escaped(paper.name))
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, `${name} ${escaped(what)}`),
    element('td', { class: 'published' }, said === null ? '' : decimal(said, 4)),
    element('td', {}, shown(figure(printed))),
    element('td', {}, shown(figure(tuned))),
    element('td', { class: 'soft' }, `${escaped(yardstickName)} ${shown(figure(yardstick))}`),
  )
}

function isNotHere(figure: FigureView | null): boolean {
  return figure?.status === 'absent' && figure.word === 'data not here'
}

function shown(figure: FigureView | null): Html {
  if (!figure) return ''
  return figure.status === 'value'
    ? decimal(figure.mean, 4)
    : element('span', { class: 'absent', title: figure.reason }, escaped(figure.word))
}
