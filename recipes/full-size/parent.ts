import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FullSizeCell } from '../../src/experiments/full-size.ts'
import type { Message, Task } from './child.ts'
import type { Found } from './exercise.ts'

export interface Limits {
  /** Processor seconds after which a process is ended; by the clock where the system does not say. */
  readonly seconds: number
  /** Resident bytes at which it is: before the system would do it. */
  readonly residentBytes: number
}

/** How a process went. */
export interface Went {
  readonly found: Found | null
  readonly peakBytes: number
  readonly seconds: number
  readonly failure: FullSizeCell['failure']
}

const watchMs = 250

/** Does a task in a process of its own whose data folder is `folder`, and ends it beyond its limits. */
export function runApart(task: Task, folder: string, limits: Limits): Promise<Went> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], {
    env: { ...process.env, MARQUEE_DATA: folder },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const stop = (): void => void child.kill('SIGKILL')
  process.once('exit', stop)
  let found: Found | null = null
  let peakBytes = 0
  let failure: Went['failure'] = null
  let done = false
  const started = performance.now()
  const end = (code: string, reason: string): void => {
    failure ??= { code, reason: `${reason}, while ${found?.stage ?? 'starting'}` }
    stop()
  }
  const watch = setInterval(() => {
    const resident = residentBytes(child.pid!)
    peakBytes = Math.max(peakBytes, resident)
    if (resident > limits.residentBytes) end('over-memory', `ended at ${(resident / 2 ** 30).toFixed(1)} GiB`)
    const seconds = processorSeconds(child.pid!) ?? (performance.now() - started) / 1000
    if (seconds > limits.seconds) end('over-time', `ended after ${Math.round(seconds)} seconds`)
  }, watchMs)
  return new Promise((resolve) => {
    child.on('message', (message: Message) => {
      peakBytes = Math.max(peakBytes, message.peakBytes)
      if (message.kind === 'found') found = message.found
      else done = true
      if (message.kind === 'failed') failure = { code: message.code, reason: message.reason }
    })
    child.once('error', (error) => end('not-started', error.message))
    child.once('close', (code, signal) => {
      clearInterval(watch)
      process.off('exit', stop)
      if (!done)
        failure ??= { code: 'died', reason: `ended with ${signal ?? code}, while ${found?.stage ?? 'starting'}` }
      resolve({ found, peakBytes, seconds: (performance.now() - started) / 1000, failure })
    })
    child.send(task)
  })
}

/** What a process holds in memory; 0 where the system does not say. */
function residentBytes(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) * 1024 : 0
  } catch {
    return 0
  }
}

/** Processor time of a process, in clock ticks of a hundredth of a second; null where the system does not say. */
function processorSeconds(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold spaces: state is field 3, user and system time are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}
