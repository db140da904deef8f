package dev.recount.sinks.clickhouse.client;

import com.clickhouse.client.api.ClientMisconfigurationException;
import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.DataTransferException;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.TransportException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a failure. The lists are explicit: an error that is in none of them stops the
 * task, which loses nothing, rather than being retried for ever or taken for a bad row.
 *
 * @see <a
 *     href="https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp">ClickHouse's
 *     error codes</a>
 */
public enum FailureKind {
  /** ClickHouse is away or overloaded: the same request may succeed later. */
  RETRIABLE,
  /** A row of the request is at fault: it will never be accepted, the others may. */
  DATA,
  /** Someone must change something: credentials, a missing table, the disk's rights. */
  FATAL;

  private static final Set<Integer> RETRIABLE_CODES =
      Set.of(
          3, // UNEXPECTED_END_OF_FILE: the connection broke while the batch was sent
          95, // CANNOT_READ_FROM_SOCKET
          96, // CANNOT_WRITE_TO_SOCKET
          159, // TIMEOUT_EXCEEDED
          160, // TOO_SLOW
          198, // DNS_ERROR
          202, // TOO_MANY_SIMULTANEOUS_QUERIES
          203, // NO_FREE_CONNECTION
          209, // SOCKET_TIMEOUT
          210, // NETWORK_ERROR
          225, // NO_ZOOKEEPER
          236, // ABORTED
          241, // MEMORY_LIMIT_EXCEEDED
          242, // TABLE_IS_READ_ONLY
          243, // NOT_ENOUGH_SPACE
          244, // UNEXPECTED_ZOOKEEPER_ERROR
          252, // TOO_MANY_PARTS
          254, // NO_ACTIVE_REPLICAS
          285, // TOO_FEW_LIVE_REPLICAS
          286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
          319, // UNKNOWN_STATUS_OF_INSERT: the rows are idempotent
          394, // QUERY_WAS_CANCELLED
          415, // ALL_REPLICAS_LOST
          425, // SYSTEM_ERROR
          439, // CANNOT_SCHEDULE_TASK
          473, // DEADLOCK_AVOIDED
          499, // S3_ERROR
          529, // NOT_A_LEADER
          574, // DISTRIBUTED_TOO_MANY_PENDING_BYTES
          722, // ASYNC_LOAD_WAIT_FAILED
          735, // QUERY_WAS_CANCELLED_BY_CLIENT
          745, // SERVER_OVERLOADED
          999); // KEEPER_EXCEPTION

  private static final Set<Integer> DATA_CODES =
      Set.of(
          6, // CANNOT_PARSE_TEXT
          25, // CANNOT_PARSE_ESCAPE_SEQUENCE
          26, // CANNOT_PARSE_QUOTED_STRING
          27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
          32, // ATTEMPT_TO_READ_AFTER_EOF: a row shorter than its columns
          33, // CANNOT_READ_ALL_DATA
          38, // CANNOT_PARSE_DATE
          41, // CANNOT_PARSE_DATETIME
          53, // TYPE_MISMATCH
          69, // ARGUMENT_OUT_OF_BOUND
          70, // CANNOT_CONVERT_TYPE
          72, // CANNOT_PARSE_NUMBER
          117, // INCORRECT_DATA
          128, // TOO_LARGE_ARRAY_SIZE
          131, // TOO_LARGE_STRING_SIZE
          190, // SIZES_OF_ARRAYS_DONT_MATCH
          321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
          349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
          407, // DECIMAL_OVERFLOW
          469, // VIOLATED_CONSTRAINT
          691); // UNKNOWN_ELEMENT_OF_ENUM

  /** What a server, or a proxy before it, answers while it cannot serve. */
  private static final Set<Integer> RETRIABLE_STATUSES = Set.of(408, 425, 429, 502, 503, 504);

  /** The kind of a failed request, by the first cause that tells. */
  static FailureKind of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = next(cause)) {
      if (cause instanceof ServerException server) {
        return ofServer(server.getCode(), server.getTransportProtocolCode());
      }
      if (cause instanceof ClientMisconfigurationException
          || cause instanceof CertificateException
          || cause instanceof SSLPeerUnverifiedException) {
        return FATAL;
      }
    }
    for (Throwable cause = failure; cause != null; cause = next(cause)) {
      if (cause instanceof IOException
          || cause instanceof TimeoutException
          || cause instanceof ConnectionInitiationException
          || cause instanceof DataTransferException
          || cause instanceof TransportException) {
        return RETRIABLE;
      }
    }
    return FATAL;
  }

  /**
   * The kind of an error that a server answered.
   *
   * @param code ClickHouse's error code; 0 when the answer had none
   * @param status HTTP status
   */
  static FailureKind ofServer(int code, int status) {
    if (RETRIABLE_CODES.contains(code)) {
      return RETRIABLE;
    }
    if (DATA_CODES.contains(code)) {
      return DATA;
    }
    return RETRIABLE_STATUSES.contains(status) ? RETRIABLE : FATAL;
  }

  private static @Nullable Throwable next(Throwable cause) {
    return cause.getCause() == cause ? null : cause.getCause();
  }
}
