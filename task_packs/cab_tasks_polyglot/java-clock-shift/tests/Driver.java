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
        String[] times = {"09:30", "23:59", "00:00", "12:00", "12:00", "10:10", "24:00", "9:30", "10:60", "ab:cd", "", "10:100", "-1:30", "10.30"};
        int[] minutes = {45, 1, -1, 1440, -3000, 0, 1, 1, 1, 1, 1, 1, 1, 1};
        for (int i = 0; i < times.length; i++) {
            String time = times[i];
            int by = minutes[i];
            show(time + " " + by, () -> Clock.shift(time, by));
        }
    }
}
