import { MarqueeError } from '../core/errors.ts'
import type { ExportLine } from './store.ts'

/** An export as text, a JSON document on each line. */
export async function* formatLines(lines: AsyncIterable<ExportLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`
}

/** The lines of an export from text in pieces of any size. Throws `bad-export` naming the line that is no JSON. */
export async function* parseLines(text: AsyncIterable<string>): AsyncGenerator<ExportLine> {
  let number = 0
  for await (const line of linesOf(text)) {
    number++
    try {
      yield JSON.parse(line) as ExportLine
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      throw new MarqueeError('bad-export', `it is no JSON (${cause.message})`, {
        place: `line ${number}`,
        remedy: "The file is `marquee store export`'s, a JSON document on each line.",
        cause,
      })
    }
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}
