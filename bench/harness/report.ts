import type { Figure, Outcome, Target } from './benchmark.ts'
import type { Machine } from './machine.ts'

/** Four significant digits, thousands apart. */
export function number(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))))
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(6, digits) })
}

export const mebibytes = (bytes: number): string => `${number(Math.round(bytes / 2 ** 20))} MiB`

export function machineLines(machine: Machine): string {
  const { cpu, cores, memoryBytes, flags, system, node, v8, onnxruntime, pytorch, commit, date, command } = machine
  const wide = flags.filter((flag) => /^(avx|amx|fma|asimd|sve)/.test(flag)).join(' ')
  return [
    `${command}   (${date}, commit ${commit})`,
    `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB; ${wide || 'no list of abilities'}`,
    `${system}; Node ${node} (V8 ${v8}); ${onnxruntime}; ${pytorch ? `PyTorch ${pytorch}` : 'no PyTorch'}`,
    'Every figure: median [quartiles]. x: a ratio, taken repeat by repeat within this run.',
    '',
  ].join('\n')
}

export function outcomeLines(outcome: Outcome): string {
  const { name, summary, seconds, peakBytes, load, figures, targets, checks, notes, skipped, failed } = outcome
  const head = `${name}: ${summary}`
  const lines = ['', head, '='.repeat(Math.min(100, head.length))]
  if (failed) lines.push(`FAILED: ${failed}`)
  for (const check of checks) lines.push(`checked: ${check}`)
  lines.push(...figureLines(figures), ...targetLines(targets))
  for (const note of notes) lines.push(`note: ${note}`)
  for (const reason of skipped) lines.push(`skipped: ${reason}`)
  lines.push(`${seconds.toFixed(1)} s, peak memory ${mebibytes(peakBytes)}, load average ${load.join(' to ')}`)
  return `${lines.join('\n')}\n`
}

function figureLines(figures: readonly Figure[]): string[] {
  const lines: string[] = []
  const width = Math.max(0, ...figures.map(({ what }) => what.length))
  const cells = figures.map(({ median }) => number(median))
  const right = Math.max(0, ...cells.map((cell) => cell.length))
  let group = ''
  figures.forEach((figure, n) => {
    if (figure.group !== group) lines.push(figure.group)
    group = figure.group
    const spread = figure.repeats > 1 ? `  [${number(figure.low)} to ${number(figure.high)}]` : ''
    lines.push(`  ${figure.what.padEnd(width)}  ${cells[n]!.padStart(right)} ${figure.unit}${spread}`)
  })
  return lines
}

function targetLines(targets: readonly Target[]): string[] {
  return targets.map(({ what, unit, direction, wanted, measured, met }) => {
    const verdict = met === null ? 'not judged at --quick sizes' : met ? 'met' : 'MISSED'
    return `target: ${what}: ${direction} ${number(wanted)} ${unit}, measured ${number(measured)} ${unit}: ${verdict}`
  })
}
