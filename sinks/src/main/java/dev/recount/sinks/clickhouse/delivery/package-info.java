/** From records to acknowledged rows: batches, back-off, and rows that are refused. */
@NullMarked
package dev.recount.sinks.clickhouse.delivery;

import org.jspecify.annotations.NullMarked;
