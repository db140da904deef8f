/** The recorded runs, put through import, receiver and topology without a broker. */
@NullMarked
package dev.recount.cli.recorded;

import org.jspecify.annotations.NullMarked;
