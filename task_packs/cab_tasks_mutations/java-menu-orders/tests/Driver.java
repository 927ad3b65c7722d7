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
        Dish soup = new Dish("soup", 505, false);
        Dish bread = new Dish("bread", 99, false);
        Dish tea = new Dish("tea", 200, true);
        Order order = new Order();
        show("nothing", () -> Bill.total(order));
        Dish[] wanted = {soup, tea, soup, bread, tea, bread, soup};
        for (int i = 0; i < wanted.length; i++) {
            Dish dish = wanted[i];
            int count = i % 3 + 1;
            show("then " + dish.name + " x " + count, () -> {
                order.add(dish, count);
                return Bill.total(order) + " for " + order.counts().get(dish);
            });
        }
        show("no dish", () -> {
            order.add(tea, 0);
            return "taken";
        });
    }
}
