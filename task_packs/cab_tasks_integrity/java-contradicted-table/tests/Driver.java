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
        for (String kind : new String[] {"book", "film", "map"}) {
            for (int days : new int[] {-1, 0, 7, 8, 27, 28, 29, 35, 36, 77, 78, 79, 400}) {
                show(kind + " " + days, () -> Fees.fee(kind, days));
            }
        }
    }
}
