import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { python, pytorch } from './machine.ts'

/** A Python program of bench/torch/ that answers JSON lines: PyTorch kept running beside us, so that turns can be taken. */
export class Torch {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly answers: AsyncIterator<string>
  private readonly lines: Interface

  private constructor(script: string) {
    this.child = spawn(python, [fileURLToPath(new URL(`../torch/${script}`, import.meta.url))])
    this.child.stderr.pipe(process.stderr)
    this.lines = createInterface({ input: this.child.stdout })
    this.answers = this.lines[Symbol.asyncIterator]()
  }

  /** Null, and why, where PyTorch is not there. */
  static open(script: string): { torch: Torch; missing: null } | { torch: null; missing: string } {
    try {
      execFileSync(python, ['-c', 'import torch, numpy'], { stdio: 'pipe' })
      if (pytorch()?.includes('reference BLAS')) {
        const remedy = 'On Debian: apt-get install libopenblas0-pthread'
        return { torch: null, missing: `PyTorch: it has only the reference BLAS, which is no contender. ${remedy}` }
      }
    } catch (error) {
      const last = String((error as { stderr?: Buffer }).stderr ?? (error as Error).message)
        .trim()
        .split('\n')
        .at(-1)
      return {
        torch: null,
        missing: `PyTorch: ${python}: ${last}. On Debian: apt-get install python3-torch; or set MARQUEE_PYTHON`,
      }
    }
    return { torch: new Torch(script), missing: null }
  }

  async ask<T>(request: Readonly<Record<string, unknown>>): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.answers.next()
    if (done) throw new Error(`PyTorch ended at ${JSON.stringify(request)}`)
    return JSON.parse(value) as T
  }

  close(): void {
    this.lines.close()
    this.child.stdin.end()
  }
}
