import * as tf from '@tensorflow/tfjs-core'
import { switchEngine } from './dist/src/model/engine.js'
import { linear } from './dist/src/model/kernels/ops/linear.js'
import { biLstm } from './dist/src/model/kernels/ops/lstm.js'
import { sum } from './dist/src/model/kernels/ops/losses.js'
await switchEngine('wasm')
const time=(f,n=30)=>{for(let i=0;i<5;i++)f();const t=performance.now();for(let i=0;i<n;i++)f();return (performance.now()-t)/n}
const a=tf.randomNormal([512,200]),b=tf.randomNormal([200,512]);
const s=time(()=>{linear(a,b).dispose()}); console.log('ours ms',s,'GFLOPs',2*512*200*512/s/1e6)
const x=tf.randomNormal([960,300]),w=tf.randomNormal([300,512],0,.1),bb=tf.zeros([512]),u=tf.randomNormal([2,64,256],0,.1)
const off=tf.tensor1d(Int32Array.from({length:31},(_,i)=>i*32),'int32')
console.log('bilstm 300->64 32x30 fwd',time(()=>tf.tidy(()=>{biLstm(linear(x,w,bb),u,off)})))
console.log('fwd+bwd',time(()=>tf.tidy(()=>{tf.grads((x,w,u)=>tf.reshape(sum(biLstm(linear(x,w,bb),u,off)),[]))([x,w,u])})))
