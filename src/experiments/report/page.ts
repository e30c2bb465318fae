import type { MissingData } from '../reproduce.ts'
import type { PaperView } from '../view.ts'
import { exhibitSection, notesList } from './exhibit.ts'
import { type FullSizeText, fullSizeText } from './full-size.ts'
import { glanceTable } from './glance.ts'
import { element, escaped, type Html } from './html.ts'
import { style } from './style.ts'

/** What the report says besides the papers. */
export interface ReportFacts {
  readonly version: string
  readonly quick: boolean
  /** The command that makes this report again. */
  readonly command: string
  readonly missing: readonly MissingData[]
}

/** The report as one HTML document that loads nothing. */
export function reportPage(papers: readonly PaperView[], facts: ReportFacts): Html {
  const title =
    papers.length === 1
      ? `Reproduced: ${papers[0]!.name}`
      : `${['Two', 'Three', 'Four', 'Five'][papers.length - 2] ?? papers.length} papers, reproduced`
  const links = papers.map(({ name }) => element('li', {}, element('a', { href: `#${name}` }, escaped(name))))
  return `<!doctype html>\n${element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
      element('title', {}, escaped(title)),
      `<style>${style}</style>`,
    ),
    element(
      'body',
      {},
      element(
        'header',
        { class: 'top' },
        element('h1', {}, escaped(title)),
        element(
          'p',
          { class: 'soft' },
          'What each paper claimed, what the same protocol gives here, and why they differ. Figures are means over seeds ± sample ' +
            'standard deviation; each test part is looked at once a seed, with settings frozen before; where one had been seen with other settings, its paper says so.',
        ),
        facts.quick ? quickBanner : '',
        missingBanner(facts.missing, papers),
        papers.length > 1 ? element('nav', {}, element('ul', {}, ...links)) : '',
      ),
      element('main', {}, glanceTable(papers), ...papers.map((paper) => paperSection(paper, facts))),
      element(
        'footer',
        {},
        element('p', {}, `Marquee ${escaped(facts.version)}`),
        element('p', {}, `Made by ${element('code', {}, escaped(facts.command))}`),
      ),
    ),
  )}\n`
}

const quickBanner = element(
  'div',
  { class: 'banner' },
  element(
    'p',
    {},
    '<b>A quick run.</b> Part of the shipped ratings stands in for every data set, with few epochs, narrow layers and one seed. It shows ' +
      'that everything runs; its figures must not be compared with the papers, so no differences are shown.',
  ),
)

function missingBanner(missing: readonly MissingData[], papers: readonly PaperView[]): Html {
  if (missing.length === 0) return ''
  const items = missing.map(({ reason }) => element('p', {}, escaped(reason)))
  const links = papers
    .filter(({ fullSize }) => fullSize !== null)
    .map(({ name }) => element('a', { href: `#${fullSizeAnchor(name)}` }, escaped(name)))
  const tried =
    links.length === 0
      ? ''
      : element(
          'p',
          {},
          `Time and memory of their recipes on synthetic ratings of the same shape: ${links.join(', ')}.`,
        )
  return element(
    'div',
    { class: 'banner' },
    '<p><b>Not run on these sets, which are not here:</b></p>',
    ...items,
    tried,
  )
}

const fullSizeAnchor = (paper: string): string => `${paper}-full-size`

function fullSizeSection({ title, paragraphs, head, rows, remarks }: FullSizeText, anchor: string): Html {
  const body = rows.map(([first, ...rest]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(first!)),
      ...rest.map((text) => element('td', {}, escaped(text))),
    ),
  )
  const names = head.map((name) => element('th', { scope: 'col' }, escaped(name)))
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...names)), element('tbody', {}, ...body))
  const notes = remarks.map((remark) => element('li', {}, escaped(remark)))
  return element(
    'section',
    { class: 'exhibit', id: anchor },
    element('h3', {}, escaped(title)),
    ...paragraphs.map((text) => element('p', { class: 'soft' }, escaped(text))),
    element('div', { class: 'scroll' }, table),
    notes.length === 0 ? '' : element('ul', { class: 'notes' }, ...notes),
  )
}

function paperSection(paper: PaperView, { quick }: ReportFacts): Html {
  const { name, title, authors, claim, protocol, selection, notes, findings, seeds, exhibits, fullSize, machines } =
    paper
  return element(
    'section',
    { class: 'paper', id: name },
    element('h2', {}, escaped(title)),
    element('p', { class: 'authors' }, `${escaped(authors)} · ${element('code', {}, `marquee reproduce ${name}`)}`),
    element('h4', {}, 'What it claims'),
    element('p', {}, escaped(claim)),
    element('h4', {}, 'Protocol'),
    ...protocol.map((text) => element('p', {}, escaped(text))),
    element('h4', {}, 'How our settings were chosen'),
    element('p', {}, escaped(`${selection} Seeds: ${seeds.join(', ')}.`)),
    machines.length === 0 ? '' : element('p', { class: 'soft' }, escaped(`Computed on ${machines.join('; ')}.`)),
    element('h4', {}, 'Why figures differ'),
    ...findings.map((text) => element('p', {}, escaped(text))),
    notes.length === 0 ? '' : element('h4', {}, 'Read with care'),
    notesList(notes),
    ...exhibits.map((exhibit) => {
      const tried = fullSize?.rows.some(({ ids }) => ids.includes(exhibit.id)) ? `#${fullSizeAnchor(name)}` : null
      return exhibitSection(exhibit, `${name}-${exhibit.id}`, { quick, tried })
    }),
    fullSize ? fullSizeSection(fullSizeText(fullSize), fullSizeAnchor(name)) : '',
  )
}
