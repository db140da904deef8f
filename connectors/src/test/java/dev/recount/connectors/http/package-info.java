@NullMarked
package dev.recount.connectors.http;

import org.jspecify.annotations.NullMarked;
