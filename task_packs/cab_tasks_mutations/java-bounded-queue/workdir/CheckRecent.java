import java.util.List;

public class CheckRecent {
    public static void main(String[] args) {
        Recent<String> recent = new Recent<>(2);
        for (String word : List.of("a", "b", "c")) {
            recent.add(word);
        }
        if (!recent.all().equals(List.of("b", "c"))) {
            throw new AssertionError(recent.all());
        }
        System.out.println("ok");
    }
}
