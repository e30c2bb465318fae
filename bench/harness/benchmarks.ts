/** Every benchmark, in the order in which they run; each is the default export of a file of this folder's parent. */
export const benchmarks = [
  'machine',
  'dnn-step',
  'neumf',
  'autoencoder',
  'fits',
  'knn',
  'dot-sgd',
  'topk',
  'kernels',
  'load',
  'start',
  'serve',
  'serve-rates',
  'tfjs',
] as const
