/** Large content beside the topics: what a record refers to, and where it is kept. */
@NullMarked
package dev.recount.schemas.content;

import org.jspecify.annotations.NullMarked;
