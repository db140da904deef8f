package dev.recount.sinks.clickhouse.delivery;

import java.time.Duration;

/**
 * When a batch is written.
 *
 * @param rows at this many rows
 * @param bytes or at this many bytes of rows
 * @param memory or when rows and records of all batches together take up more than this many bytes,
 *     the largest first
 * @param linger or when its first row has waited this long
 */
public record BatchLimits(int rows, int bytes, long memory, Duration linger) {}
