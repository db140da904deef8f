package dev.recount.connectors.otlp;

import java.util.List;

/**
 * What becomes of one request.
 *
 * @param records values for Kafka, each a request of the same signal
 * @param accepted items in the records
 * @param rejected items refused
 * @param message why items were refused; empty when none was
 */
record Admission(List<byte[]> records, long accepted, long rejected, String message) {}
