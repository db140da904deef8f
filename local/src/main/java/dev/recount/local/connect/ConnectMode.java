package dev.recount.local.connect;

/** How a Connect worker keeps its state and shares its work. */
public enum ConnectMode {
  /** One worker alone. Connectors are forgotten when it stops, and put again when it starts. */
  STANDALONE,
  /** Any number of workers of one group share connectors, which they keep in Kafka. */
  DISTRIBUTED
}
