/** AVA's settings for what needs more than Node: the shared data, Python. Run with `npm run test:integration`. */
export default {
  files: ['dist/test/integration/**/*.js'],
  timeout: '10m',
  workerThreads: true,
  concurrency: 1,
}
