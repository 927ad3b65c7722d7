import java.util.LinkedHashMap;
import java.util.Map;

/** What a table has ordered. */
public class Order {
    private final Map<Dish, Integer> counts = new LinkedHashMap<>();

    /** Orders a dish so many times, beside what was ordered before. */
    public void add(Dish dish, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count: " + count);
        }
        counts.put(dish, count);
    }

    /** How often each dish was ordered, in the order in which they were first. */
    public Map<Dish, Integer> counts() {
        return counts;
    }
}
