/** Prints what the code under test does, a case a line. What is expected is not known here. */
import java.io.PrintStream;
import java.util.*;
import java.util.concurrent.Callable;

public class Driver {
    private static final PrintStream OUT = System.out;

    static void show(String name, Callable<?> work) {
        String value;
        try {
            value = String.valueOf(work.call());
        } catch (Throwable error) {
            value = "throws " + error.getClass().getSimpleName();
        }
        OUT.println(name + ": " + value);
    }

    public static void main(String[] args) {
        System.setOut(System.err); // whatever the code under test prints is not an answer
        for (int limit : new int[] {0, 1, 2, 5}) {
            show("limit " + limit, () -> {
                Recent<Integer> recent = new Recent<>(limit);
                List<Object> seen = new ArrayList<>();
                for (int i = 1; i <= 6; i++) {
                    recent.add(i * i);
                    seen.add(recent.all());
                }
                return seen;
            });
        }
        show("a copy", () -> {
            Recent<String> recent = new Recent<>(2);
            recent.add("a");
            recent.all().clear();
            return recent.all();
        });
    }
}
