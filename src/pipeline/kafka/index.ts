/** `hmtl/kafka`: topics through the model, and as source and sink. Apart from the rest, so that nothing else loads a Kafka client. */
export { avroFromRegistry, avroOf, type ValueDecoder } from './avro.ts'
export { type Delivery, type EnrichObserver, type EnrichOptions, type Enrichment, startEnrich } from './enrich.ts'
export { connectKafka } from './kafkajs.ts'
export {
  type ClientOptions,
  type Codec,
  codecs,
  type KafkaClient,
  type KafkaConsumer,
  type KafkaProducer,
  type KafkaRecord,
  type KafkaTransaction,
  type OutgoingRecord,
} from './port.ts'
export { type RecordOptions, type ValueType, valueTypes } from './record.ts'
export { type KafkaSinkOptions, type KafkaSourceOptions, kafkaSink, kafkaSource } from './stages.ts'
