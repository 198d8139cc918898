import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import cosmonapse.v1.SynapseServiceOuterClass;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** The harness of a codec made by protoc for Java. It obeys, and knows of no case. */
public final class Harness {
  private static final Map<String, Descriptor> MESSAGES = new HashMap<>();
  private static final String HELLO =
      "{\"hello\": {\"control\": \"1\", \"name\": \"protobuf-java\", \"version\": \"4.33.2\", \"language\": \"Java\","
          + " \"roles\": [\"codec\"], \"features\": [\"utf8\"]}}";

  private static void collect(FileDescriptor file) {
    for (Descriptor message : file.getMessageTypes()) MESSAGES.put(message.getFullName(), message);
    for (FileDescriptor needed : file.getDependencies()) collect(needed);
  }

  private static String say(String name, String field, String text) {
    JsonObject inner = new JsonObject();
    inner.addProperty(field, text);
    if (name.equals("refusal")) inner.addProperty("code", "MALFORMED");
    JsonObject outer = new JsonObject();
    outer.add(name, inner);
    return outer.toString();
  }

  private static String answer(JsonObject command) {
    if (command.has("hello")) return HELLO;
    if (command.has("stop")) return "{\"done\": {}}";
    if (!command.has("transcode")) return say("unsupported", "reason", "this is a codec, and nothing else");
    JsonObject job = command.getAsJsonObject("transcode");
    byte[] bytes = Base64.getDecoder().decode(job.get("bytes").getAsString());
    try {
      byte[] back = DynamicMessage.parseFrom(MESSAGES.get(job.get("message").getAsString()), bytes).toByteArray();
      return say("transcoded", "bytes", Base64.getEncoder().encodeToString(back));
    } catch (InvalidProtocolBufferException error) {
      return say("refusal", "message", String.valueOf(error.getMessage()));
    }
  }

  public static void main(String[] args) throws IOException {
    collect(SynapseServiceOuterClass.getDescriptor());
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonObject command = JsonParser.parseString(line).getAsJsonObject();
      System.out.println("{\"seq\": " + command.get("seq") + ", " + answer(command).substring(1));
      if (command.has("stop")) break;
    }
  }
}
