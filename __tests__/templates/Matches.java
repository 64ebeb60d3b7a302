import com.fasterxml.jackson.databind.ObjectMapper;
import software.amazon.event.ruler.Ruler;

/** Which of the events match the pattern, by the library that EventBridge itself matches with. */
public class Matches {
  public static void main(String[] arguments) throws Exception {
    var json = new ObjectMapper();
    var asked = json.readTree(System.in);
    var matches = json.createArrayNode();
    for (var event : asked.get("events")) {
      matches.add(Ruler.matchesRule(event.toString(), asked.get("pattern").toString()));
    }
    System.out.println(matches);
  }
}
