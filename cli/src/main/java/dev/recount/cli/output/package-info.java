/** What commands write: tables, numbers, colours, error messages. */
@NullMarked
package dev.recount.cli.output;

import org.jspecify.annotations.NullMarked;
