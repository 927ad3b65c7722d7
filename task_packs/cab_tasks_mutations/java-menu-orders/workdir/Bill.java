import java.util.Map;

/** What a table pays. */
public class Bill {
    /** Returns an order's price in cents, with a tenth of the food's price (cut to the cent) for the service. */
    public static int total(Order order) {
        int food = 0;
        int drinks = 0;
        for (Map.Entry<Dish, Integer> entry : order.counts().entrySet()) {
            int price = entry.getKey().price * entry.getValue();
            if (entry.getKey().drink) {
                drinks += price;
            } else {
                food += price;
            }
        }
        return food + drinks + (food + drinks) / 10;
    }
}
