/** How a record becomes a row: ClickHouse's RowBinary format, columns, tables. */
@NullMarked
package dev.recount.sinks.clickhouse.rows;

import org.jspecify.annotations.NullMarked;
