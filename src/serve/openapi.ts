/** What the server answers to, as OpenAPI 3.1. */
import { answerFormats, parameters, type Served } from './parameters.ts'

const offsets = { type: 'integer', minimum: 0 }
const span = { type: 'object', required: ['start', 'end'], properties: { start: offsets, end: offsets } }
const score = { type: 'number', minimum: 0, maximum: 1 }
const labelled = (more: object = {}) => ({
  type: 'object',
  required: ['start', 'end', 'label'],
  properties: { start: offsets, end: offsets, label: { type: 'string' }, score, ...more },
})
const pairs = { type: 'array', items: { type: 'array', items: offsets, minItems: 2, maxItems: 2 } }

const schemas = {
  Record: {
    type: 'object',
    description: 'A document: its text, or its tokens; all other fields are given back as they came',
    properties: {
      id: { type: ['string', 'integer'] },
      text: { type: 'string' },
      tokens: { type: 'array', items: { type: 'string' } },
    },
    additionalProperties: true,
  },
  Annotated: {
    allOf: [
      { $ref: '#/components/schemas/Record' },
      { type: 'object', required: ['hmtl'], properties: { hmtl: { $ref: '#/components/schemas/Annotations' } } },
    ],
  },
  Annotations: {
    type: 'object',
    description: 'What was found; offsets are half-open. Of a document that failed, its error',
    properties: {
      model: { type: 'string' },
      offsetUnit: { type: 'string' },
      tokens: pairs,
      sentences: pairs,
      entities: { type: 'array', items: labelled() },
      mentions: { type: 'array', items: labelled({ head: span }) },
      relations: {
        type: 'array',
        items: {
          type: 'object',
          required: ['label', 'arg1', 'arg2'],
          properties: { label: { type: 'string' }, arg1: span, arg2: span, score },
        },
      },
      clusters: { type: 'array', items: { type: 'array', items: span } },
      error: { $ref: '#/components/schemas/Failure' },
    },
  },
  Failure: {
    type: 'object',
    required: ['code', 'message'],
    properties: {
      code: { type: 'string', pattern: '^HMTL_' },
      message: { type: 'string' },
      remedy: { type: 'string' },
      document: { type: 'string' },
      line: { type: 'integer' },
      offset: { type: 'integer' },
    },
  },
  Refused: { type: 'object', properties: { error: { $ref: '#/components/schemas/Failure' } } },
}

const record = { $ref: '#/components/schemas/Record' }
const annotated = { $ref: '#/components/schemas/Annotated' }
const refused = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refused' } } },
})
const plain = (summary: string, type = 'text/plain') => ({
  get: { summary, responses: { 200: { description: summary, content: { [type]: {} } } } },
})

export const openApi = (served: Served, version: string, maxBytes: number) => ({
  openapi: '3.1.0',
  info: {
    title: 'hmtl',
    version,
    description: `Who and what texts talk about, by the model ${served.model}: ${served.tasks.join(', ')}`,
  },
  paths: {
    '/annotate': {
      post: {
        summary: 'Annotate one document, an array of them, or lines as they come',
        parameters: parameters.map(({ name, description, schema }) => ({
          name,
          in: 'query',
          description,
          schema: schema(served),
        })),
        requestBody: {
          required: true,
          description: `Bodies have at most ${maxBytes} bytes; lines may be as many as you like, each of that length`,
          content: {
            'application/json': {
              schema: { oneOf: [record, { type: 'array', items: record }] },
              example: { text: 'Ada Lovelace lived in London.' },
            },
            'application/x-ndjson': { schema: record },
            'text/plain': { schema: { type: 'string' } },
            'text/html': { schema: { type: 'string' } },
            'message/rfc822': { schema: { type: 'string' } },
          },
        },
        responses: {
          200: {
            description: `In the order of the body, as JSON or as ?format= says (${answerFormats.join(', ')})`,
            headers: {
              'Hmtl-Failed': {
                description: 'How many documents failed, where some did',
                schema: { type: 'integer', minimum: 1 },
              },
            },
            content: {
              'application/json': { schema: { oneOf: [annotated, { type: 'array', items: annotated }] } },
              'application/x-ndjson': { schema: annotated },
            },
          },
          400: refused('A parameter that is not known, or has a wrong value'),
          408: refused('The body stopped coming'),
          413: refused('The body is too large'),
          415: refused('The content type says nothing, or a character set that is not known'),
          422: refused('The body is no document'),
          429: refused('Too much is waiting; Retry-After says how many seconds'),
          503: refused('The server ends, or had no time'),
        },
      },
    },
    '/model': plain('What the model can do', 'application/json'),
    '/healthz': plain('The process answers'),
    '/readyz': plain('The server takes documents'),
    '/metrics': plain('Metrics in the form of Prometheus'),
    '/openapi.json': plain('This description', 'application/json'),
    '/': plain('A page to try it', 'text/html'),
  },
  components: { schemas },
})
