/** What a loan from the library costs. */
public class Fees {
    /** Returns the fee in cents for an item of a kind ("book", "film") that is brought back after so many days. */
    public static int fee(String kind, int days) {
        if (days < 0) {
            throw new IllegalArgumentException("days: " + days);
        }
        switch (kind) {
            case "book":
                return Math.min(Math.max(0, days - 28) * 20, 1000);
            case "film":
                return Math.min(100 + Math.max(0, days - 7) * 50, 1500);
            default:
                throw new IllegalArgumentException("kind: " + kind);
        }
    }
}
