// The entry module of everything but dot-product training.
export { gatherRows, scatterAddRows, sumRows, clearSlots } from './rows'
export { adam, adamRows, catchUpAdam } from './adam'
export { sgd, sgdRows } from './sgd'
export { adagrad, adagradRows, rowAdagradRows } from './adagrad'
export { sumOfSquares, scale, clipValues } from './clip'
