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
        show("once", () -> new Pair<>("a", 1).swap());
        show("twice", () -> new Pair<>("a", 1).swap().swap());
        show("types", () -> {
            Integer left = new Pair<>("a", 1).swap().left;
            return left + 1;
        });
        show("nothing", () -> new Pair<String, Integer>(null, 2).swap());
    }
}
