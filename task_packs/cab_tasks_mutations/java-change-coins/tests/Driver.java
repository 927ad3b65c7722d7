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
        int[][] sets = {{1, 3, 4}, {2}, {5, 7}, {1, 2, 5, 10, 20, 50}, {}};
        for (int[] values : sets) {
            for (int amount : new int[] {1, 2, 6, 9, 14, 99}) {
                show(amount + " of " + Arrays.toString(values), () -> Till.coins(amount, values));
            }
            show("nothing of " + Arrays.toString(values), () -> Till.coins(0, values));
        }
    }
}
