/** {@code recount content}: what records only refer to. */
@NullMarked
package dev.recount.cli.content;

import org.jspecify.annotations.NullMarked;
