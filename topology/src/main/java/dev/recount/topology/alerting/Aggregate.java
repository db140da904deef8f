package dev.recount.topology.alerting;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a number of rows come to, in bounded space. Rows can be taken out again.
 *
 * <p>Quantiles come from counts in buckets that grow by {@value #GROWTH}, so that they are off by 2
 * % at most.
 */
final class Aggregate {
  /** Worst rows that are remembered. */
  static final int EXAMPLES = 5;

  private static final double GROWTH = 1.02;
  private static final double LOG_GROWTH = Math.log(GROWTH);

  /** Values nearer to zero than this are zero. */
  private static final double SMALLEST = 1e-9;

  private final boolean withBuckets;
  private long count;
  private double sum;
  private double sumOfSquares;
  private final TreeMap<Integer, Long> buckets = new TreeMap<>();
  private final List<Example> worst = new ArrayList<>();

  /** A row that stands for others: its value and its trace. */
  record Example(double value, String traceId) {}

  /**
   * Nothing yet.
   *
   * @param withBuckets whether quantiles will be asked for
   */
  Aggregate(boolean withBuckets) {
    this.withBuckets = withBuckets;
  }

  void add(double value, String traceId, Condition.Direction worstWay) {
    count++;
    sum += value;
    sumOfSquares += value * value;
    if (withBuckets) {
      buckets.merge(bucket(value), 1L, Long::sum);
    }
    remember(new Example(value, traceId), worstWay);
  }

  void remove(double value, String traceId) {
    count--;
    sum -= value;
    sumOfSquares -= value * value;
    if (withBuckets) {
      buckets.computeIfPresent(bucket(value), (bucket, rows) -> rows > 1 ? rows - 1 : null);
    }
    worst.remove(new Example(value, traceId));
  }

  void addAll(Aggregate other, Condition.Direction worstWay) {
    count += other.count;
    sum += other.sum;
    sumOfSquares += other.sumOfSquares;
    other.buckets.forEach((bucket, rows) -> buckets.merge(bucket, rows, Long::sum));
    other.worst.forEach(example -> remember(example, worstWay));
  }

  private void remember(Example example, Condition.Direction worstWay) {
    worst.add(example);
    if (worst.size() > EXAMPLES) {
      Comparator<Example> byValue = Comparator.comparingDouble(Example::value);
      Comparator<Example> worstFirst =
          worstWay == Condition.Direction.UP ? byValue.reversed() : byValue;
      // Of equals the one that came first stays: sorting is stable.
      worst.sort(worstFirst);
      worst.remove(worst.size() - 1);
    }
  }

  long count() {
    return count;
  }

  double sum() {
    return sum;
  }

  double mean() {
    return sum / count;
  }

  /** Unbiased; 0 for fewer than two rows. */
  double variance() {
    return count < 2 ? 0 : Math.max(0, (sumOfSquares - sum * sum / count) / (count - 1));
  }

  /** The smallest value that at least this share of the rows does not exceed. */
  double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
      seen += bucket.getValue();
      if (seen >= rank) {
        return upperBound(bucket.getKey());
      }
    }
    return Double.NaN;
  }

  /** Rows beyond a value, by buckets: those in the value's own bucket are not. */
  long beyond(double value, Condition.Direction direction) {
    int bucket = bucket(value);
    var beyond =
        direction == Condition.Direction.UP
            ? buckets.tailMap(bucket, false)
            : buckets.headMap(bucket, false);
    return beyond.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Traces of the worst rows, each once. */
  List<String> worstTraces(Condition.Direction worstWay) {
    Comparator<Example> byValue = Comparator.comparingDouble(Example::value);
    return worst.stream()
        .sorted(worstWay == Condition.Direction.UP ? byValue.reversed() : byValue)
        .map(Example::traceId)
        .distinct()
        .toList();
  }

  private static int bucket(double value) {
    double size = Math.abs(value);
    if (size < SMALLEST) {
      return 0;
    }
    int exponent = 1 + (int) Math.ceil(Math.log(size / SMALLEST) / LOG_GROWTH - 1e-9);
    return value > 0 ? exponent : -exponent;
  }

  private static double upperBound(int bucket) {
    if (bucket == 0) {
      return 0;
    }
    double size = SMALLEST * Math.pow(GROWTH, Math.abs(bucket) - 1);
    return bucket > 0 ? size : -size;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeBoolean(withBuckets);
    out.writeLong(count);
    out.writeDouble(sum);
    out.writeDouble(sumOfSquares);
    out.writeInt(buckets.size());
    for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
      out.writeInt(bucket.getKey());
      out.writeLong(bucket.getValue());
    }
    out.writeInt(worst.size());
    for (Example example : worst) {
      out.writeDouble(example.value());
      out.writeUTF(example.traceId());
    }
  }

  static Aggregate read(DataInputStream in) throws IOException {
    Aggregate aggregate = new Aggregate(in.readBoolean());
    aggregate.count = in.readLong();
    aggregate.sum = in.readDouble();
    aggregate.sumOfSquares = in.readDouble();
    for (int remaining = in.readInt(); remaining > 0; remaining--) {
      aggregate.buckets.put(in.readInt(), in.readLong());
    }
    for (int remaining = in.readInt(); remaining > 0; remaining--) {
      aggregate.worst.add(new Example(in.readDouble(), in.readUTF()));
    }
    return aggregate;
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static Aggregate decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return read(in);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }
}
