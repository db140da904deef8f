/** What is asked of the tables. */
@NullMarked
package dev.recount.web.query;

import org.jspecify.annotations.NullMarked;
