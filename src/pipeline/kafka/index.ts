/**
 * `hmtl/kafka`: topics through the model, and as source and sink. Apart from the rest, so that nothing else loads a
 * Kafka client.
 */
export { avroFromRegistry, avroOf, type SchemaSource, type ValueDecoder } from './avro.ts'
export { type Enrichment, startEnrich } from './enrich.ts'
export type { ChunkReport, Delivery, EnrichObserver, EnrichOptions } from './enrich-options.ts'
export { connectKafka } from './kafkajs.ts'
export {
  type ClientOptions,
  type Codec,
  codecs,
  type ConsumerOptions,
  type Header,
  type Headers,
  type KafkaBatch,
  type KafkaClient,
  type KafkaConsumer,
  type KafkaProducer,
  type KafkaRecord,
  type KafkaTransaction,
  type OutgoingRecord,
  type ProducerOptions,
} from './port.ts'
export { type RecordOptions, type Refusal, type ValueType, valueTypes } from './record.ts'
export { type KafkaSinkOptions, type KafkaSourceOptions, kafkaSink, kafkaSource } from './stages.ts'
