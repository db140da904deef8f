/** The components that are fetched on first use, kept in the user's cache folder. */
@NullMarked
package dev.recount.local.install;

import org.jspecify.annotations.NullMarked;
