package dev.recount.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A process that runs a stack on the folder it is given until it is killed, with one record in the
 * broker.
 */
final class StackHolder {
  static final String CHILDREN = "children ";
  static final String TOPIC = "held";

  private StackHolder() {}

  public static void main(String[] arguments) throws Exception {
    LocalStack stack =
        LocalStack.start(LocalStackOptions.in(Path.of(arguments[0])).withPorts(0, 0, 0));
    Map<String, Object> settings = Map.of("bootstrap.servers", stack.kafka().bootstrapServers());
    try (Admin admin = Admin.create(settings);
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
      producer.send(new ProducerRecord<>(TOPIC, "key", "value")).get();
    }
    System.out.println(
        CHILDREN + stack.registry().processId() + " " + stack.clickHouse().processId());
    Thread.currentThread().join();
  }
}
