package dev.recount.sinks.clickhouse.delivery;

import java.time.Duration;

/**
 * When a batch is written.
 *
 * @param rows at this many rows
 * @param bytes or at this many bytes of rows
 * @param linger or when its first row has waited this long
 */
public record BatchLimits(int rows, int bytes, Duration linger) {}
