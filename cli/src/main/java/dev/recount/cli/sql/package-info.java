/** Asking ClickHouse. */
@NullMarked
package dev.recount.cli.sql;

import org.jspecify.annotations.NullMarked;
