import { ConnectionError } from './errors.ts'

/** The texts of a body between separators; what is left at the end is one more, if it is not empty. */
async function* pieces(response: Response, separator: RegExp): AsyncGenerator<string> {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        if (cause?.name === 'AbortError') throw cause
        throw new ConnectionError(response.url, cause)
      })
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const parts = rest.split(separator)
      rest = parts.pop()!
      yield* parts
      if (done) break
    }
    if (rest !== '') yield rest
  } finally {
    // Also when the caller leaves the loop: the server stops working on what nobody reads.
    await reader.cancel().catch(() => {})
  }
}

/** Each line of NDJSON, parsed. */
export async function* jsonLines(response: Response): AsyncGenerator<unknown> {
  for await (const line of pieces(response, /\n/)) if (line !== '') yield JSON.parse(line)
}

/** Server-sent events whose data is JSON. Comments (heartbeats) are passed over. */
export async function* serverSentEvents(response: Response): AsyncGenerator<{ event: string; data: unknown }> {
  for await (const block of pieces(response, /\r?\n\r?\n/)) {
    let event = 'message'
    const data: string[] = []
    for (const line of block.split(/\r?\n/)) {
      const [, field, text] = /^(\w+): ?(.*)$/.exec(line) ?? []
      if (field === 'event') event = text!
      if (field === 'data') data.push(text!)
    }
    if (data.length > 0) yield { event, data: JSON.parse(data.join('\n')) }
  }
}
