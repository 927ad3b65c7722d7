/** Run with: javac *.java && java CheckFees */
public class CheckFees {
    static void check(String what, int found, int wanted) {
        if (found != wanted) {
            throw new AssertionError(what + ": " + found + ", wanted " + wanted);
        }
    }

    public static void main(String[] args) {
        check("a book in time", Fees.fee("book", 28), 0);
        check("a late book", Fees.fee("book", 30), 40);
        check("a film in time", Fees.fee("film", 7), 150);
        check("a very late film", Fees.fee("film", 400), 1500);
        System.out.println("ok");
    }
}
