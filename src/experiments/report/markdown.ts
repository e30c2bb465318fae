import { type FigureView, isMissing, seedsSoFar } from '../lookup.ts'
import type { Column, Note } from '../paper.ts'
import type { ExhibitView, PaperView, TableView } from '../view.ts'
import { type FullSizeText, fullSizeText } from './full-size.ts'
import { decimal, grouped, signed } from './html.ts'

/** What a published result says of how it was made. */
export interface PublishedFacts {
  readonly version: string
  readonly command: string
}

const kinds: Readonly<Record<Note['kind'], string>> = {
  contradiction: 'The paper contradicts itself',
  implausible: 'Cannot be right',
  choice: 'Our choice',
  limit: 'Limit',
}

/** The page of a paper for docs/papers: everything but its drawings, which are in the report. */
export function paperMarkdown(view: PaperView, facts: PublishedFacts | null): string {
  const { name, title, authors, claim, protocol, selection, notes, findings, seeds, exhibits, fullSize, machines } =
    view
  const made = facts
    ? `Figures: \`results/papers/${name}.json\`, made by \`${facts.command}\` (Marquee ${facts.version})${machines.length === 0 ? '' : `, computed on ${machines.join('; ')}`}.`
    : 'Nothing has been run for this page yet.'
  const parts = [
    `# ${title}`,
    `${authors}. \`marquee reproduce ${name}\` runs everything below and draws the figures. This page is written by \`npm run papers\`; do not edit it.`,
    '## What it claims',
    claim,
    '## Protocol',
    ...protocol,
    '## How our settings were chosen',
    `${selection} Seeds: ${seeds.join(', ')}.`,
    '## Why figures differ',
    ...findings,
    '## Read with care',
    bullets(notes),
    '## What we get',
    made,
    ...(facts ? exhibits.flatMap(section) : []),
    ...(fullSize ? fullSizeSection(fullSizeText(fullSize)) : []),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function section(view: ExhibitView): string[] {
  const body = bodyOf(view)
  if (body === null) return []
  return [`### ${view.label}: ${view.title}`, view.text, body, bullets(view.notes)]
}

function fullSizeSection({ title, paragraphs, head, rows, remarks }: FullSizeText): string[] {
  return [`## ${title}`, ...paragraphs, grid(head, rows), remarks.map((remark) => `- ${remark}`).join('\n')]
}

/** Null for what is only drawn, and for tables of which nothing has been run. */
function bodyOf(view: ExhibitView): string | null {
  switch (view.kind) {
    case 'table':
      return view.rows.some(({ figures }) => figures.some((figure) => figure?.status === 'value'))
        ? figureRows(view)
        : null
    case 'checks':
      return grid(
        ['', 'paper', 'ours', ''],
        view.checks.map(({ label, published, value, remark }) => [
          label,
          grouped(published),
          value === null ? 'not here' : grouped(value),
          remark,
        ]),
      )
    case 'facts':
      return view.rows.length === 0
        ? null
        : grid(
            ['', ...view.columns],
            view.rows.map(({ label, values }) => [
              label,
              ...values.map((value) =>
                value === null ? '' : Number.isInteger(value) ? grouped(value) : decimal(value, 4),
              ),
            ]),
          )
    case 'similar':
      return view.lists.map(listTable).join('\n\n')
    default:
      return null
  }
}

function listTable({ title, published, ours }: Extract<ExhibitView, { kind: 'similar' }>['lists'][number]): string {
  const present = ours.flatMap(({ header, movies }) => (isMissing(movies) ? [] : [{ header, movies }]))
  const columns = [{ header: 'the paper', movies: published }, ...present]
  const rows = Array.from({ length: 10 }, (_, n) => [
    String(n + 1),
    ...columns.map(({ movies }) => (movies[n] ? `${movies[n].title} ${decimal(movies[n].similarity, 2)}` : '')),
  ])
  return `**${cell(title)}**\n\n${grid(['', ...columns.map(({ header }) => header)], rows)}`
}

function figureRows({ columns, rows }: TableView): string {
  const printed = columns.map((_, c) => rows.some(({ figures }) => (figures[c]?.published ?? null) !== null))
  const header = columns.flatMap(({ header: name }, c) =>
    printed[c] ? [`${name}: paper`, 'ours', 'difference'] : [name],
  )
  const body = rows.map(({ label, tone, figures }) => [
    tone === 'tuned' ? `${label} (tuned)` : label,
    ...figures.flatMap((figure, c) => cells(figure, columns[c]!, printed[c]!)),
  ])
  return grid(['', ...header], body)
}

function cells(figure: FigureView | null, { digits = 4 }: Column, printed: boolean): string[] {
  const ours = !figure
    ? ''
    : figure.status === 'absent'
      ? figure.word
      : [
          decimal(figure.mean, digits),
          ...(figure.sd === null ? [] : [`± ${decimal(figure.sd, digits)}`]),
          ...(seedsSoFar(figure) ? [`(${seedsSoFar(figure)})`] : []),
        ].join(' ')
  if (!printed) return [ours]
  const published = figure?.published ?? null
  const difference = figure?.status === 'value' ? figure.difference : null
  return [
    published === null ? '' : String(Number(published.toFixed(6))),
    ours,
    difference === null ? '' : signed(difference, digits),
  ]
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function grid(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellsOfRow: readonly string[]): string => `| ${cellsOfRow.map(cell).join(' | ')} |`
  const rule = `|${header.map((_, n) => (n === 0 ? '---' : '---:')).join('|')}|`
  return [line(header), rule, ...rows.map(line)].join('\n')
}

const bullets = (notes: readonly Note[]): string =>
  notes.map(({ kind, text }) => `- **${kinds[kind]}.** ${text}`).join('\n')
