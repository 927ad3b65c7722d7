/** Something on the menu; its price is in cents. */
public class Dish {
    public final String name;
    public final int price;
    public final boolean drink;

    public Dish(String name, int price, boolean drink) {
        this.name = name;
        this.price = price;
        this.drink = drink;
    }
}
