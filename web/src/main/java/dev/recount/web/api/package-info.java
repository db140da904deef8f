/** The JSON interface under {@code /api/v1}. */
@NullMarked
package dev.recount.web.api;

import org.jspecify.annotations.NullMarked;
