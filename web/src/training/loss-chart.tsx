import { useCallback } from 'react'
import type { Model } from '../api.ts'
import { Chart, type Plot } from '../charts/plot.tsx'
import { ScrollX } from '../components/scroll-x.tsx'
import { decimal } from '../format.ts'
import { epochTicks } from './epoch-ticks.ts'

/** `fit` where there are two: `measured`, on nine tenths of the ratings, gives the figures; `final` is served. */
type Epoch = Model['epochs'][number] & { readonly fit?: 'measured' | 'final' }

const fits = { measured: 'on nine tenths', final: 'on all ratings' } as const

/** Loss and validation over the epochs, with a table of the same; the measured fit dashed where there are two. */
export function LossChart({ epochs }: { epochs: readonly Epoch[] }) {
  const validated = epochs.some(({ validation }) => validation !== null)
  const measured = epochs.some(({ fit }) => fit === 'measured')
  const draw = useCallback(
    (plot: Plot, width: number) => {
      const lines = epochs.flatMap(({ fit, epoch, loss, validation }) => [
        { fit, epoch, value: loss, name: 'training loss' },
        ...(validation === null ? [] : [{ fit, epoch, value: validation, name: 'validation' }]),
      ])
      const trial = lines.filter(({ fit }) => fit === 'measured')
      const own = lines.filter(({ fit }) => fit !== 'measured')
      const numbers = epochs.map(({ epoch }) => epoch)
      return {
        marginLeft: 48,
        x: {
          label: 'epoch',
          domain: [Math.min(1, ...numbers), Math.max(2, ...numbers)],
          ticks: epochTicks(numbers, Math.max(2, Math.floor(width / 50))),
          tickFormat: 'd',
        },
        y: { grid: true, label: null, nice: true, zero: false },
        color: { domain: ['training loss', 'validation'], range: ['var(--chart-1)', 'var(--chart-2)'] },
        symbol: { domain: ['training loss', 'validation'], range: ['circle', 'square'] },
        marks: [
          plot.lineY(trial, { x: 'epoch', y: 'value', stroke: 'name', strokeWidth: 1.5, strokeDasharray: '5 4' }),
          plot.dot(trial, { x: 'epoch', y: 'value', stroke: 'name', symbol: 'name', r: 2.5 }),
          plot.lineY(own, { x: 'epoch', y: 'value', stroke: 'name', strokeWidth: 2 }),
          plot.dot(own, { x: 'epoch', y: 'value', fill: 'name', symbol: 'name', r: 3.5 }),
        ],
      }
    },
    [epochs],
  )
  const last = epochs.at(-1)!
  const where = last.fit === 'measured' ? `${last.epoch} of the measured fit` : last.epoch
  return (
    <div className="stack">
      <p className="chart-key">
        <span className="key-1">● training loss</span>
        {validated && <span className="key-2">■ validation</span>}
      </p>
      {measured && (
        <p className="fine">
          Dashed, ○: the fit on nine tenths of the ratings, whose figures are measured on the other tenth. Solid, ●: the
          fit on all of them, which is served.
        </p>
      )}
      <Chart
        draw={draw}
        height={230}
        label={`Loss over ${epochs.length} epochs, ${decimal(last.loss)} at epoch ${where}`}
      />
      <details>
        <summary>The figures as a table</summary>
        <ScrollX label="Loss by epoch">
          <table>
            <caption className="visually-hidden">Loss by epoch</caption>
            <thead>
              <tr>
                {measured && <th scope="col">Fit</th>}
                <th scope="col">Epoch</th>
                <th scope="col" className="number">
                  Training loss
                </th>
                {validated && (
                  <th scope="col" className="number">
                    Validation
                  </th>
                )}
                <th scope="col" className="number">
                  Learning rate
                </th>
              </tr>
            </thead>
            <tbody>
              {epochs.map((one) => (
                <tr key={`${one.fit} ${one.epoch}`}>
                  {measured && <td>{fits[one.fit ?? 'final']}</td>}
                  <th scope="row">{one.epoch}</th>
                  <td className="number">{decimal(one.loss)}</td>
                  {validated && <td className="number">{decimal(one.validation)}</td>}
                  <td className="number">{Number(one.learningRate.toPrecision(3))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollX>
      </details>
    </div>
  )
}
