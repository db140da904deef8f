/** ClickHouse as the sink needs it: statements, inserts, and errors told apart. */
@NullMarked
package dev.recount.sinks.clickhouse.client;

import org.jspecify.annotations.NullMarked;
