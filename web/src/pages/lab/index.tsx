import './lab.css'
import { lazy, Suspense } from 'react'
import { Loading } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { navigate, useLocation, useTitle } from '../../router.tsx'
import { DataTab } from './data-tab.tsx'
import { ModelsTab } from './models-tab.tsx'
import { TrainingTab } from './training-tab.tsx'

const PapersTab = lazy(() => import('./papers/papers-tab.tsx'))

const ids = ['data', 'training', 'papers', 'models'] as const

/** What the models were trained on, training, the papers' tables, and the models side by side. */
export default function LabPage() {
  useTitle('Lab')
  const { query } = useLocation()
  const chosen = ids.find((id) => id === query.get('tab')) ?? 'data'
  return (
    <>
      <header className="page-head">
        <h1>Lab</h1>
        <p>
          What the models learn from, how they learn it, and how good that makes them: measured, with the protocol of
          each figure.
        </p>
      </header>
      <Tabs
        label="Parts of the lab"
        chosen={chosen}
        onChoose={(id) => navigate(`/lab?tab=${id}`, { replace: true })}
        tabs={[
          { id: 'data', label: 'Data', panel: chosen === 'data' && <DataTab /> },
          { id: 'training', label: 'Training', panel: chosen === 'training' && <TrainingTab /> },
          {
            id: 'papers',
            label: 'Papers',
            panel: chosen === 'papers' && (
              <Suspense fallback={<Loading label="Loading the tables" />}>
                <PapersTab />
              </Suspense>
            ),
          },
          { id: 'models', label: 'Models', panel: chosen === 'models' && <ModelsTab /> },
        ]}
      />
    </>
  )
}
