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
        int[][] lists = {{1, 2, 3, 5}, {}, {4}, {7, 8}, {1, 3, 5}, {1, 2, 4, 5, 6}, {0, 1, 2, 3}, {-3, -2, -1, 9, 10}};
        for (int[] pages : lists) {
            show(Arrays.toString(pages), () -> Pages.ranges(pages));
        }
    }
}
