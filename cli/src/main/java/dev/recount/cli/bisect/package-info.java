/** Which version change explains a regression. */
@NullMarked
package dev.recount.cli.bisect;

import org.jspecify.annotations.NullMarked;
