/** Servers that ask who is there, over TLS with certificates made by the test. */
@NullMarked
package dev.recount.cli.secured;

import org.jspecify.annotations.NullMarked;
