import { useState } from 'react'
import { api } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { KeyOrError } from '../../components/key-gate.tsx'
import { Empty, Loading } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import { moment } from '../../format.ts'
import { Link, useTitle } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'
import { CreateStudy } from './create-study.tsx'

/** All studies, and making one. */
export function StudyList() {
  useTitle('Studies')
  const { value, state, error, retry } = useAsync((signal) => api.listStudies({ signal }), [])
  const [creating, setCreating] = useState(false)
  return (
    <>
      <header className="page-head">
        <h1>Studies</h1>
        <p>
          Figures on held-out ratings are one thing, what people would choose another. A study shows people two
          recommendations for the same taste, without saying which system made which, and counts.
        </p>
      </header>
      {state === 'loading' && value === null && <Loading label="Loading the studies" />}
      {state === 'failed' && <KeyOrError error={error} onRetry={retry} what="Studies are not open to everybody" />}
      {value !== null && value.studies.length === 0 && !creating && (
        <Empty title="There is no study yet">
          <p>A study compares two live models. Whoever runs this server can make one here.</p>
        </Empty>
      )}
      {value !== null && value.studies.length > 0 && (
        <ul className="study-list">
          {value.studies.map(({ id, title, created, comparisons }) => (
            <li key={id} className="panel">
              <div>
                <h2>{title}</h2>
                <p className="fine">
                  {comparisons} comparisons for each participant, since {moment(created)}
                </p>
              </div>
              <div className="row">
                <Link
                  className="button button-primary"
                  href={`/study/${encodeURIComponent(id)}`}
                  aria-label={`Take part in ${title}`}
                >
                  Take part
                </Link>
                <Link
                  className="button"
                  href={`/study/${encodeURIComponent(id)}?view=results`}
                  aria-label={`Results of ${title}`}
                >
                  Results
                </Link>
              </div>
            </li>
          ))}
        </ul>
      )}
      {value !== null && !creating && (
        <p className="study-make">
          <Button onClick={() => setCreating(true)}>Make a study</Button>
        </p>
      )}
      {creating && (
        <CreateStudy
          onDone={(made) => {
            setCreating(false)
            if (made === null) return
            toast(`The study “${made}” is ready`)
            retry()
          }}
        />
      )}
    </>
  )
}
