/** The OTLP receiver: traces and logs over gRPC and HTTP, onto the topics of the Collector. */
@NullMarked
package dev.recount.connectors.otlp;

import org.jspecify.annotations.NullMarked;
