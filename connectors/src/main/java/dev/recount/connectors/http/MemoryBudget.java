package dev.recount.connectors.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of all requests that are in flight at once. A single request is always let in
 * when it is alone, so that no budget makes the largest request impossible.
 */
public final class MemoryBudget {
  /** What a request costs besides its body, in bytes: it bounds the number of small requests. */
  private static final long REQUEST_BYTES = 16 << 10;

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /**
   * A budget of its own.
   *
   * @param limit bytes
   */
  public MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** Bytes in use. */
  public long used() {
    return used.get();
  }

  /**
   * A share for one request, to be closed when the request has been answered.
   *
   * @throws BodyException with 503 when the budget is used up
   */
  public Lease lease() {
    Lease lease = new Lease();
    lease.reserve(REQUEST_BYTES);
    return lease;
  }

  /** What one request holds. Safe for use by several threads. */
  public final class Lease implements AutoCloseable {
    private long held;
    private boolean closed;

    private Lease() {}

    /**
     * Takes more.
     *
     * @throws BodyException with 503 when the budget is used up
     */
    public synchronized void reserve(long bytes) {
      if (closed) {
        throw BodyException.overloaded("The request has already been answered");
      }
      long before = used.get();
      while (true) {
        boolean alone = before == held;
        if (!alone && before + bytes > limit) {
          throw BodyException.overloaded(
              "Requests in flight hold " + before + " of " + limit + " bytes");
        }
        long witnessed = used.compareAndExchange(before, before + bytes);
        if (witnessed == before) {
          held += bytes;
          return;
        }
        before = witnessed;
      }
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        used.addAndGet(-held);
      }
    }
  }
}
