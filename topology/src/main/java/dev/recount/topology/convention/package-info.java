/** What spans say, whichever instrumentation convention they say it in. */
@NullMarked
package dev.recount.topology.convention;

import org.jspecify.annotations.NullMarked;
