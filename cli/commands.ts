/** The commands by name, each loaded when it is asked for: `hmtl convert` starts no tensor engine. */
import type { Argv } from 'yargs'

export interface LazyCommand {
  readonly command: string
  readonly describe: string
  load(): Promise<{ builder: (yargs: Argv) => Argv<never>; handler: (args: never) => Promise<number> }>
}

export const commands: readonly LazyCommand[] = [
  {
    command: 'annotate [inputs..]',
    describe: 'Annotate documents with entities, mentions, relations and coreference',
    load: () => import('./annotate.js') as never,
  },
  {
    command: 'convert [inputs..]',
    describe: 'Convert corpora between formats, losing nothing silently',
    load: () => import('./convert.js') as never,
  },
  {
    command: 'score <gold> <predicted>',
    describe: 'Score predictions against gold by the field’s metrics',
    load: () => import('./score.js') as never,
  },
  {
    command: 'inspect [inputs..]',
    describe: 'Counts, labels and the first documents of a file',
    load: () => import('./inspect.js') as never,
  },
  {
    command: 'datasets [action] [name]',
    describe: 'List known corpora, or prepare one as Arrow files',
    load: () => import('./datasets.js') as never,
  },
  {
    command: 'init <kind> <folder>',
    describe: 'A small corpus, a configuration and what to do next, for labels of your own',
    load: () => import('./init.js') as never,
  },
  {
    command: 'serve',
    describe: 'Serve a model over HTTP, with a page to try it',
    load: () => import('./serve.js') as never,
  },
  {
    command: 'enrich',
    describe: 'Annotate a Kafka topic into another, outputs and offsets together',
    load: () => import('./enrich.js') as never,
  },
  {
    command: 'train <config>',
    describe: 'Train a model from a configuration',
    load: () => import('./train.js') as never,
  },
  {
    command: 'evaluate <model> [inputs..]',
    describe: 'Score a model on gold data',
    load: () => import('./evaluate.js') as never,
  },
  {
    command: 'report <folder>',
    describe: 'Training runs side by side, with the paper’s numbers',
    load: () => import('./report.js') as never,
  },
  { command: 'models', describe: 'The models and encoders that are here', load: () => import('./models.js') as never },
  {
    command: 'embed [inputs..]',
    describe: 'Vectors of sentences from a layer of a model, or of tokens from a contextual encoder',
    load: () => import('./embed.js') as never,
  },
  {
    command: 'probe <model>',
    describe: 'Probe a model’s layers with SentEval’s ten tasks',
    load: () => import('./probe.js') as never,
  },
  {
    command: 'setup <what>',
    describe: 'Fetch what does not come with the package: a faster engine, a contextual encoder',
    load: () => import('./setup.js') as never,
  },
  { command: 'doctor', describe: 'Which engine computes here, and why', load: () => import('./doctor.js') as never },
  {
    command: 'completion',
    describe: 'Print a completion script for your shell',
    load: () => import('./completion.js') as never,
  },
]

/** The bare name of a command. */
export const nameOf = ({ command }: LazyCommand): string => command.split(' ')[0]
