/** How the encoders of the BERT family name their sizes and weights. */

export interface LayerNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly attended: string
  readonly attendedNorm: string
  readonly inner: string
  readonly outer: string
  readonly outerNorm: string
}

export interface Family {
  /** What a checkpoint with a head on it has before every name. */
  readonly prefix: string
  /** Names in config.json. */
  readonly sizes: {
    readonly hidden: string
    readonly inner: string
    readonly layers: string
    readonly heads: string
    readonly activation: string
  }
  /** Whether it tells a pair's two texts apart. */
  readonly types: boolean
  /** Position of the first piece: RoBERTa counts from the padding id on. */
  readonly firstPosition: (padding: number) => number
  readonly layer: (index: number) => LayerNames
}

const bertLayer = (index: number): LayerNames => {
  const at = `encoder.layer.${index}`
  return {
    query: `${at}.attention.self.query`,
    key: `${at}.attention.self.key`,
    value: `${at}.attention.self.value`,
    attended: `${at}.attention.output.dense`,
    attendedNorm: `${at}.attention.output.LayerNorm`,
    inner: `${at}.intermediate.dense`,
    outer: `${at}.output.dense`,
    outerNorm: `${at}.output.LayerNorm`,
  }
}

const bert: Family = {
  prefix: 'bert.',
  sizes: {
    hidden: 'hidden_size',
    inner: 'intermediate_size',
    layers: 'num_hidden_layers',
    heads: 'num_attention_heads',
    activation: 'hidden_act',
  },
  types: true,
  firstPosition: () => 0,
  layer: bertLayer,
}

const roberta: Family = { ...bert, prefix: 'roberta.', firstPosition: (padding) => padding + 1 }

/** By the `model_type` of config.json. */
export const families: Readonly<Record<string, Family>> = {
  bert,
  electra: { ...bert, prefix: 'electra.' },
  roberta,
  'xlm-roberta': roberta,
  camembert: roberta,
  distilbert: {
    prefix: 'distilbert.',
    sizes: { hidden: 'dim', inner: 'hidden_dim', layers: 'n_layers', heads: 'n_heads', activation: 'activation' },
    types: false,
    firstPosition: () => 0,
    layer: (index) => {
      const at = `transformer.layer.${index}`
      return {
        query: `${at}.attention.q_lin`,
        key: `${at}.attention.k_lin`,
        value: `${at}.attention.v_lin`,
        attended: `${at}.attention.out_lin`,
        attendedNorm: `${at}.sa_layer_norm`,
        inner: `${at}.ffn.lin1`,
        outer: `${at}.ffn.lin2`,
        outerNorm: `${at}.output_layer_norm`,
      }
    },
  },
}
