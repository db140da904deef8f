/** The tables: which field of a record goes into which column. */
@NullMarked
package dev.recount.sinks.clickhouse.tables;

import org.jspecify.annotations.NullMarked;
