/** The database schema: versioned migrations and their settings. */
@NullMarked
package dev.recount.sinks.clickhouse.schema;

import org.jspecify.annotations.NullMarked;
