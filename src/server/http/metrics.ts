import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Service } from '../service/service.ts'

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What GET /metrics shows, in a registry of its own. No label holds anything a caller chose. */
export class Metrics {
  readonly registry = new Registry()
  readonly #requests: Histogram<'route' | 'status'>
  readonly #feedback: Counter<'kind' | 'action'>
  readonly #rejected: Counter<'code'>

  constructor(service: Service) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.#requests = new Histogram({
      name: 'marquee_http_request_duration_seconds',
      help: 'From the headers of a request to the start of its answer, by route (operation id) and status.',
      labelNames: ['route', 'status'],
      buckets,
      registers,
    })
    this.#feedback = new Counter({
      name: 'marquee_feedback_total',
      help: 'Feedback events that are durable.',
      labelNames: ['kind', 'action'],
      registers,
    })
    this.#rejected = new Counter({
      name: 'marquee_http_problems_total',
      help: 'Problem answers by code.',
      labelNames: ['code'],
      registers,
    })
    const gauge = (name: string, help: string, label: string, values: () => Readonly<Record<string, number>>): void => {
      new Gauge({
        ...{ name, help, labelNames: [label], registers },
        collect() {
          this.reset()
          for (const [key, value] of Object.entries(values())) this.set({ [label]: key }, value)
        },
      })
    }
    gauge(
      'marquee_lists_served',
      'Lists of recommendations since the start, by model version.',
      'version',
      () => service.figures().served,
    )
    gauge(
      'marquee_model_requests_in_flight',
      'Requests under way in each loaded version.',
      'version',
      () => service.figures().inFlight,
    )
    gauge('marquee_model_live', '1 for each version that answers.', 'version', () => liveVersions(service))
    gauge(
      'marquee_model_missing',
      '1 for each version that has traffic by the store and cannot be loaded here.',
      'version',
      () => Object.fromEntries(service.figures().missing.map((version) => [version, 1])),
    )
    gauge('marquee_training', '1 for the state that training is in.', 'state', () => ({
      [service.figures().training]: 1,
    }))
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.observe({ route, status }, seconds)
  }

  problem(code: string): void {
    this.#rejected.inc({ code })
  }

  feedback(kind: string, action: 'put' | 'delete'): void {
    this.#feedback.inc({ kind, action })
  }
}

function liveVersions(service: Service): Record<string, number> {
  try {
    return Object.fromEntries(service.ready().models.map((version) => [version, 1]))
  } catch {
    // No model yet: no version is live.
    return {}
  }
}
