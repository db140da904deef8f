package dev.recount.connectors.otlp;

import com.google.protobuf.Message;
import dev.recount.connectors.http.MemoryBudget;
import dev.recount.connectors.kafka.KafkaGateway;
import dev.recount.schemas.Topics;
import dev.recount.schemas.content.ContentStoreException;
import dev.recount.schemas.otlp.MalformedOtlpException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both transports do with a request once its bytes are there. */
final class Reception {
  private static final Logger log = LoggerFactory.getLogger(Reception.class);

  private final KafkaGateway kafka;
  private final Topics topics;
  private final MemoryBudget budget;
  private final Treatment treatment;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder refused = new LongAdder();

  Reception(KafkaGateway kafka, Topics topics, MemoryBudget budget, Treatment treatment) {
    this.kafka = kafka;
    this.topics = topics;
    this.budget = budget;
    this.treatment = treatment;
  }

  MemoryBudget budget() {
    return budget;
  }

  /**
   * Takes a request. Blocks while it is decoded, and shortly when Kafka is slow.
   *
   * @return what was taken, once Kafka has it
   */
  CompletableFuture<Admission> take(Signal signal, Encoding encoding, byte[] body) {
    Admission admission;
    try {
      admission = admit(signal, encoding, body);
    } catch (MalformedOtlpException | ContentStoreException failed) {
      return CompletableFuture.failedFuture(failed);
    }
    return kafka
        .sendAll(signal.topic(topics), admission.records())
        .thenApply(
            acknowledged -> {
              accepted.add(admission.accepted());
              rejected.add(admission.rejected());
              return admission;
            });
  }

  private Admission admit(Signal signal, Encoding encoding, byte[] body)
      throws MalformedOtlpException {
    try {
      return admitSound(signal, encoding, body);
    } catch (MalformedOtlpException malformed) {
      // One broken text is not to cost a request its spans.
      return admitSound(
          signal, encoding, encoding.repaired(signal, body).orElseThrow(() -> malformed));
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same object says that nothing was done to it
  private Admission admitSound(Signal signal, Encoding encoding, byte[] body)
      throws MalformedOtlpException {
    Message request = encoding.parse(signal, body);
    Message treated = treatment.apply(signal, request);
    boolean asSent = treated == request && encoding == Encoding.PROTOBUF;
    return Admitter.admit(signal, treated, asSent ? body : null);
  }

  /** What to tell a client whose request was not taken. */
  Refusal refuse(Signal signal, Throwable failure) {
    Refusal refusal = Refusal.of(failure);
    refused.increment();
    if (refusal.isOurs()) {
      log.warn("A request for {} was not taken: {}", signal.items(), failure.toString());
      log.debug("Because of", failure);
    }
    return refusal;
  }

  /** What to tell a client that has shown no token. */
  Refusal refuseUnauthenticated() {
    refused.increment();
    return Refusal.UNAUTHENTICATED;
  }

  ReceiverStatistics statistics() {
    return new ReceiverStatistics(accepted.sum(), rejected.sum(), refused.sum(), budget.used());
  }
}
