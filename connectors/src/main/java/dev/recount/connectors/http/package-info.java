/** Request bodies, read and inflated within bounds. */
@NullMarked
package dev.recount.connectors.http;

import org.jspecify.annotations.NullMarked;
