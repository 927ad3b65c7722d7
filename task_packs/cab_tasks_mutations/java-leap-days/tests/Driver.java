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
        for (int year : new int[] {1900, 2000, 2023, 2024, 2100, 2400, 4, 1}) {
            show(year + " leap", () -> Days.isLeap(year));
            show(year + " 28 February", () -> Days.ofYear(year, 2, 28));
            show(year + " first of March", () -> Days.ofYear(year, 3, 1));
            show(year + " last", () -> Days.ofYear(year, 12, 31));
        }
    }
}
