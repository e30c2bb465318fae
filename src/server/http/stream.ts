const encoder = new TextEncoder()

export interface StreamOptions {
  /** Sent at the start and after so many silent milliseconds: keeps proxies from closing, and finds out who is gone. */
  readonly heartbeat?: { readonly text: string; readonly every: number }
  /** Breaks the connection: the status has gone out, so this alone tells the reader that something is missing. */
  readonly abort?: () => void
  /** Told once: when the client went away or the stream ended. */
  readonly onEnd?: (how: 'done' | 'gone' | 'failed', error?: unknown) => void
}

/**
 * Texts as a body: each is asked for only when the one before has gone out, so that a slow reader holds the source back,
 * and the source is ended (`return`) when the reader goes away. The first text is waited for before this resolves: what is
 * wrong from the start is thrown here and can still become a problem answer.
 */
export async function textStream(texts: AsyncIterable<string>, options: StreamOptions = {}): Promise<ReadableStream> {
  const { heartbeat, abort, onEnd } = options
  const iterator = texts[Symbol.asyncIterator]()
  let ready: Promise<IteratorResult<string>> | null = heartbeat ? null : Promise.resolve(await iterator.next())
  let ended = false
  let timer: NodeJS.Timeout | undefined
  const end = (how: 'done' | 'gone' | 'failed', error?: unknown): void => {
    if (ended) return
    ended = true
    clearInterval(timer)
    onEnd?.(how, error)
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (!heartbeat) return
        controller.enqueue(encoder.encode(heartbeat.text))
        timer = setInterval(() => {
          // A reader that does not take even these has them only once.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(heartbeat.text))
        }, heartbeat.every)
        timer.unref()
      },
      async pull(controller) {
        try {
          const { done, value } = await (ready ?? iterator.next())
          ready = null
          if (ended) return
          if (done) {
            end('done')
            controller.close()
          } else controller.enqueue(encoder.encode(value))
        } catch (error) {
          if (ended) return
          end('failed', error)
          if (!abort) return controller.error(error)
          abort()
          controller.close()
        }
      },
      async cancel() {
        end('gone')
        await iterator.return?.()
      },
    },
    { highWaterMark: heartbeat ? 1 : 0 },
  )
}
