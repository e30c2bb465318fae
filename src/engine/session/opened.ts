import type { EmittedModel } from '../onnx/emit.ts'
import { Session } from './session.ts'

/** A model's session: opened when it is first asked for, and again when it has been released. */
export class OpenedOnDemand {
  private readonly model: EmittedModel
  private readonly threads: number
  private opening: Promise<{ readonly session: Session; readonly model: EmittedModel }> | null = null

  constructor(model: EmittedModel, threads: number) {
    this.model = model
    this.threads = threads
  }

  open(): Promise<{ readonly session: Session; readonly model: EmittedModel }> {
    const { model, threads } = this
    this.opening ??= Session.create(model.bytes, { threads }).then((session) => ({ session, model }))
    return this.opening
  }

  /** No run of it may be under way. */
  async release(): Promise<void> {
    const { opening } = this
    this.opening = null
    if (opening) await (await opening).session.release()
  }
}
