import '../../components/progress.css'
import './study.css'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Link, useLocation, useTitle } from '../../router.tsx'
import { Comparison } from './comparison.tsx'
import { Join } from './join.tsx'
import { participantOf } from './participant.ts'
import { Results } from './results.tsx'
import { StudyList } from './study-list.tsx'

/** The blinded two-way comparison: all studies, taking part in one, or its results. */
export default function StudyPage({ params }: { params: Record<string, string> }) {
  const { query } = useLocation()
  const { id } = params
  if (id === undefined) return <StudyList />
  return query.get('view') === 'results' ? <Results study={id} /> : <Take key={id} study={id} />
}

function Take({ study }: { study: string }) {
  useTitle('Study')
  const [name, setName] = useState(() => participantOf.get(study))
  const leave = () => {
    participantOf.set(study, null)
    setName(null)
  }
  return (
    <>
      <header className="page-head">
        <p>
          <Link href="/study">All studies</Link>
        </p>
        <h1>Which would you rather give them?</h1>
        <p>
          You see what somebody has rated, and two movies that two different systems recommend to them. Choose the
          better recommendation. Which system made which is hidden, and the order is drawn by lot.
        </p>
      </header>
      {name === null ? (
        <Join
          onJoin={(chosen) => {
            participantOf.set(study, chosen)
            setName(chosen)
          }}
        />
      ) : (
        <>
          <Comparison study={study} participant={name} />
          <p className="fine study-who">
            You take part as <strong>{name}</strong>.{' '}
            <Button kind="quiet" className="button-small" onClick={leave}>
              Take another name
            </Button>
          </p>
        </>
      )}
    </>
  )
}
