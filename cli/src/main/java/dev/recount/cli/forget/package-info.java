/** {@code recount forget}: deletes what is known of traces, wherever it is kept. */
@NullMarked
package dev.recount.cli.forget;

import org.jspecify.annotations.NullMarked;
