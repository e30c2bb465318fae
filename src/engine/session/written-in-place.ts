import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { encode } from '../onnx/encode.ts'

/*
 * onnxruntime-node computes into the arrays it is given, but then also builds a fresh copy of every result to return:
 * measured, a sixth of a training step at batch 64, and garbage each time. It makes these copies in the order of the
 * model's outputs and gives up at the first that is no tensor. So a session's model gets such an output in front: an
 * empty sequence. When ONNX Runtime has finished and the arrays are written, the package reports that it cannot return
 * a sequence, and nothing is copied. Should a later version return it after all, everything still works, with copies.
 */

const marker = '/written'
const refusal = 'Non tensor type is temporarily not supported'

/** The model with the marker as its first output: protobuf joins the two graphs' lists, these entries first. */
export function withMarker(model: Uint8Array): Uint8Array {
  const head = encode('ModelProto', {
    graph: {
      node: [{ opType: 'SequenceEmpty', name: marker, output: [marker] }],
      output: [{ name: marker, type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } }],
    },
  })
  const joined = new Uint8Array(head.length + model.length)
  joined.set(head)
  joined.set(model, head.length)
  return joined
}

/** One run of a session made of such a model, its results in the given tensors' own arrays. */
export async function runInPlace(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  fetches: Readonly<Record<string, Tensor | null>>,
): Promise<void> {
  try {
    await session.run(feeds, fetches)
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(refusal))) throw error
  }
}

export function fetchesWithMarker(fetches: Readonly<Record<string, Tensor>>): Record<string, Tensor | null> {
  return { [marker]: null, ...fetches }
}
