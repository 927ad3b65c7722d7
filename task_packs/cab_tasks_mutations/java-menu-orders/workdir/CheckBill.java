public class CheckBill {
    public static void main(String[] args) {
        Dish soup = new Dish("soup", 505, false);
        Order order = new Order();
        order.add(soup, 1);
        order.add(new Dish("tea", 200, true), 1);
        order.add(soup, 1);
        if (Bill.total(order) != 1311) {
            throw new AssertionError(Bill.total(order));
        }
        System.out.println("ok");
    }
}
