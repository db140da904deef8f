/** The ClickHouse engine as a child process, behind ClickHouse's own HTTP interface. */
@NullMarked
package dev.recount.local.clickhouse;

import org.jspecify.annotations.NullMarked;
