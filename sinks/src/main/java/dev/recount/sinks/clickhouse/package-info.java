/** The ClickHouse sink: where it writes, its settings, the Kafka Connect plugin. */
@NullMarked
package dev.recount.sinks.clickhouse;

import org.jspecify.annotations.NullMarked;
