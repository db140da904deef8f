/** OTLP as it arrives: in protobuf or in JSON, over HTTP or in Kafka records. */
@NullMarked
package dev.recount.schemas.otlp;

import org.jspecify.annotations.NullMarked;
