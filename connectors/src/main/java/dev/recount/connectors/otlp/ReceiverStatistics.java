package dev.recount.connectors.otlp;

/**
 * What a receiver has done since it started.
 *
 * @param acceptedItems spans and log records that Kafka has acknowledged
 * @param rejectedItems spans and log records refused by a partial success
 * @param refusedRequests requests of which nothing was taken
 * @param bytesInFlight bytes of request bodies held now
 */
public record ReceiverStatistics(
    long acceptedItems, long rejectedItems, long refusedRequests, long bytesInFlight) {}
