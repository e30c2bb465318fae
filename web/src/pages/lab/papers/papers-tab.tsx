import './papers.css'
import { useMemo, useState } from 'react'
import { api } from '../../../api.ts'
import { KeyOrError } from '../../../components/key-gate.tsx'
import { Empty, Loading } from '../../../components/states.tsx'
import { useAsync } from '../../../use-async.ts'
import { type Note, type Paper, type Report, reportOf } from './document.ts'
import { ExhibitView } from './exhibit-view.tsx'

/** The papers' tables and figures beside ours. */
export default function PapersTab() {
  const { value, state, error, retry } = useAsync((signal) => api.listReports({ signal }), [])
  const report = useMemo(() => (value?.document ? reportOf(value.document) : null), [value])
  if (value === null) {
    if (state === 'failed') return <KeyOrError error={error} onRetry={retry} what="Reports are not open to everybody" />
    return <Loading label="Loading the tables" />
  }
  if (report === null || report.papers.length === 0) {
    return (
      <Empty title="No report was given to this server">
        <p>
          <code>npx marquee reproduce all --quick</code> runs every table and figure in a small version and writes{' '}
          <code>report/results.json</code>; without <code>--quick</code> it runs them in full. Then start the server
          with <code>--report report/results.json</code>.
        </p>
      </Empty>
    )
  }
  return <Papers report={report} />
}

function Papers({ report }: { report: Report }) {
  const [name, setName] = useState(report.papers[0]!.name)
  const paper = report.papers.find((one) => one.name === name) ?? report.papers[0]!
  return (
    <div className="stack">
      {report.quick && (
        <p className="quick-note">
          <strong>A quick run.</strong> Part of the shipped ratings stands in for every data set, with few epochs,
          narrow layers and one seed. It shows that everything runs; its figures must not be compared with the papers’,
          so no differences are shown.
        </p>
      )}
      <fieldset className="row">
        <legend className="visually-hidden">Paper</legend>
        {report.papers.map((one) => (
          <button
            key={one.name}
            type="button"
            className="chip"
            aria-pressed={one.name === paper.name}
            onClick={() => setName(one.name)}
          >
            {one.name}
          </button>
        ))}
      </fieldset>
      <PaperView paper={paper} quick={report.quick} />
      <p className="fine">
        Made by <code>{report.command}</code> with Marquee {report.version}
        {paper.machines.length > 0 && `, computed on ${paper.machines.join('; ')}`}.
      </p>
    </div>
  )
}

function PaperView({ paper, quick }: { paper: Paper; quick: boolean }) {
  return (
    <article className="stack" aria-labelledby="paper-title" data-paper={paper.name}>
      <header className="stack paper-head">
        <h2 id="paper-title">{paper.title}</h2>
        <p className="fine">{paper.authors}</p>
        <p>{paper.claim}</p>
        <details>
          <summary>How it was measured</summary>
          <div className="stack">
            {paper.protocol.map((paragraph) => (
              <p key={paragraph}>{paragraph}</p>
            ))}
            <p>{paper.selection}</p>
            <p className="fine">
              {paper.seeds.length === 1 ? 'Seed' : 'Seeds'} {paper.seeds.join(', ')}.
            </p>
          </div>
        </details>
        {paper.findings.length > 0 && (
          <details>
            <summary>Why the figures differ</summary>
            <div className="stack">
              {paper.findings.map((paragraph) => (
                <p key={paragraph}>{paragraph}</p>
              ))}
            </div>
          </details>
        )}
        <Notes notes={paper.notes} />
      </header>
      {paper.exhibits.map((exhibit) => (
        <section
          key={exhibit.id}
          className="panel stack"
          aria-labelledby={`exhibit-${exhibit.id}`}
          data-exhibit={exhibit.id}
        >
          <h3 id={`exhibit-${exhibit.id}`}>
            <span className="exhibit-label">{exhibit.label}</span> {exhibit.title}
          </h3>
          {exhibit.text !== '' && <p className="fine">{exhibit.text}</p>}
          <ExhibitView exhibit={exhibit} quick={quick} />
          <Notes notes={exhibit.notes} />
        </section>
      ))}
    </article>
  )
}

const kinds: Readonly<Record<string, string>> = {
  contradiction: 'The paper contradicts itself',
  implausible: 'This cannot be right',
  choice: 'Chosen where the paper is silent',
  limit: 'What ours cannot show',
}

function Notes({ notes }: { notes: readonly Note[] }) {
  if (notes.length === 0) return null
  return (
    <ul className="notes">
      {notes.map(({ kind, text }) => (
        <li key={text}>
          <strong>{kinds[kind] ?? kind}.</strong> {text}
        </li>
      ))}
    </ul>
  )
}
