package dev.recount.connectors.otlp;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.recount.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which items of a request are taken and cuts it into records of a size that Kafka takes.
 *
 * <p>Requests of all signals have one shape: resources in field 1, in each its scopes in field 2,
 * in each its items in field 2.
 */
final class Admitter {
  /** Requests over this many bytes are cut into records of about as many. */
  static final int TARGET_BYTES = 900_000;

  /** What a record batch and protobuf's own tags may add to the largest item. */
  private static final int OVERHEAD_BYTES = 64 << 10;

  /** The largest record, in bytes. */
  static final int MAXIMUM_BYTES = Topics.OTLP_MAXIMUM_BYTES - OVERHEAD_BYTES;

  /**
   * The largest resource with scope that is repeated in every record, in bytes: an attribute of
   * megabytes there would multiply with the number of records.
   */
  static final int MAXIMUM_HEADER_BYTES = 1 << 20;

  private static final int RESOURCES = 1;
  private static final int CHILDREN = 2;

  /** Length prefixes and tags of one level, at most, in bytes. */
  private static final int TAG_BYTES = 6;

  private final Signal signal;
  private final List<byte[]> records = new ArrayList<>();
  private long accepted;
  private long rejected;
  private @Nullable String firstProblem;

  private Message.Builder record;
  private Message.@Nullable Builder resource;
  private Message.@Nullable Builder scope;
  private long size;

  private Admitter(Signal signal) {
    this.signal = signal;
    this.record = signal.newRequest();
  }

  /**
   * Admits a request.
   *
   * @param bytes the request as it was sent in protobuf, sent on as it is where possible; null when
   *     it came in another encoding
   */
  static Admission admit(Signal signal, Message request, byte @Nullable [] bytes) {
    long items = 0;
    boolean sound = true;
    for (Message resource : children(request, RESOURCES)) {
      for (Message scope : children(resource, CHILDREN)) {
        List<Message> all = children(scope, CHILDREN);
        items += all.size();
        for (int i = 0; sound && i < all.size(); i++) {
          sound = signal.problem(all.get(i)).isEmpty();
        }
      }
    }
    if (items == 0) {
      return new Admission(List.of(), 0, 0, "");
    }
    if (sound && request.getSerializedSize() <= TARGET_BYTES) {
      return new Admission(List.of(bytes == null ? request.toByteArray() : bytes), items, 0, "");
    }
    return new Admitter(signal).cut(request);
  }

  private Admission cut(Message request) {
    for (Message sentResource : children(request, RESOURCES)) {
      Message resourceHeader = withoutChildren(sentResource);
      for (Message sentScope : children(sentResource, CHILDREN)) {
        Message scopeHeader = withoutChildren(sentScope);
        long header = (long) size(resourceHeader) + size(scopeHeader);
        for (Message item : children(sentScope, CHILDREN)) {
          take(item, resourceHeader, scopeHeader, header);
        }
        scope = null;
      }
      resource = null;
    }
    flush();
    String message =
        firstProblem == null
            ? ""
            : rejected
                + " of "
                + (accepted + rejected)
                + " "
                + signal.items()
                + " refused, the first because: "
                + firstProblem;
    return new Admission(records, accepted, rejected, message);
  }

  private void take(Message item, Message resourceHeader, Message scopeHeader, long header) {
    Optional<String> problem =
        signal.problem(item).or(() -> sizeProblem(item.getSerializedSize(), header));
    if (problem.isPresent()) {
      rejected++;
      if (firstProblem == null) {
        firstProblem = problem.get();
      }
      return;
    }
    long added = size(item);
    if (size > 0 && size + added + (scope == null ? header : 0) > TARGET_BYTES) {
      flush();
    }
    if (scope == null) {
      if (resource == null) {
        resource = addChild(record, RESOURCES, resourceHeader);
      }
      scope = addChild(resource, CHILDREN, scopeHeader);
      size += header;
    }
    scope.addRepeatedField(field(scope, CHILDREN), item);
    size += added;
    accepted++;
  }

  private static Optional<String> sizeProblem(long item, long header) {
    if (header > MAXIMUM_HEADER_BYTES) {
      return Optional.of(
          "its resource and scope have "
              + header
              + " bytes, over the limit of "
              + MAXIMUM_HEADER_BYTES
              + " in a request that has to be split");
    }
    if (item + header + 2 * TAG_BYTES > MAXIMUM_BYTES) {
      return Optional.of(
          "it has "
              + item
              + " bytes, with its resource and scope "
              + (item + header)
              + ", over the limit of "
              + MAXIMUM_BYTES);
    }
    return Optional.empty();
  }

  private void flush() {
    if (size > 0) {
      records.add(record.build().toByteArray());
      record = signal.newRequest();
      resource = null;
      scope = null;
      size = 0;
    }
  }

  /** Appends a child to a parent and returns a builder inside the parent. */
  private static Message.Builder addChild(Message.Builder parent, int number, Message header) {
    FieldDescriptor field = field(parent, number);
    parent.addRepeatedField(field, header);
    return parent.getRepeatedFieldBuilder(field, parent.getRepeatedFieldCount(field) - 1);
  }

  private static FieldDescriptor field(Message.Builder message, int number) {
    return message.getDescriptorForType().findFieldByNumber(number);
  }

  private static Message withoutChildren(Message message) {
    return message.toBuilder()
        .clearField(message.getDescriptorForType().findFieldByNumber(CHILDREN))
        .build();
  }

  @SuppressWarnings("unchecked") // a repeated field of messages
  private static List<Message> children(Message message, int number) {
    return (List<Message>)
        message.getField(message.getDescriptorForType().findFieldByNumber(number));
  }

  private static int size(Message message) {
    int own = message.getSerializedSize();
    return own + CodedOutputStream.computeUInt32SizeNoTag(own) + 1;
  }
}
