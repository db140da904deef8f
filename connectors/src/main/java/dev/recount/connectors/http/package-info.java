/** Before any endpoint: TLS, tokens, and request bodies read and inflated within bounds. */
@NullMarked
package dev.recount.connectors.http;

import org.jspecify.annotations.NullMarked;
