/** JSON as text, changed in places and left as it is elsewhere. */
@NullMarked
package dev.recount.schemas.json;

import org.jspecify.annotations.NullMarked;
