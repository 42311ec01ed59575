/** A process that loads a binding and multiplies two matrices: `node check-tensorflow.js PATH`. */
import { loadBinding } from '../model/kernels/tensorflow/binding.ts'

const binding = loadBinding(process.argv[2])
const id = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4))
const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
const [product] = binding.executeOp(
  'MatMul',
  [
    type,
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
  ],
  [id, id],
  1,
)
const values = Array.from(binding.tensorDataSync(product.id))
if (values.join() !== '7,10,15,22') throw new Error(`[1 2; 3 4]² came out as ${values}`)
