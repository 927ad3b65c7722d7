/** What a loan from the library costs. */
public class Fees {
    /** Returns the fee in cents for an item of a kind ("book", "film") that is brought back after so many days. */
    public static int fee(String kind, int days) {
        if (days < 0) {
            throw new IllegalArgumentException("days: " + days);
        }
        switch (kind) {
            case "book":
                return Math.max(0, days - 27) * 20;
            case "film":
                return 100 + Math.max(0, days - 7) * 50;
            default:
                throw new IllegalArgumentException("kind: " + kind);
        }
    }
}
