/** The page: where what it shows comes from. */
@NullMarked
package dev.recount.cli.web;

import org.jspecify.annotations.NullMarked;
