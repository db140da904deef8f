/** What the small HTTP servers of the embedded stack share. */
@NullMarked
package dev.recount.local.http;

import org.jspecify.annotations.NullMarked;
