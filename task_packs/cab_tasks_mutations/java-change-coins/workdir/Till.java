import java.util.Arrays;

/** A till that gives change. */
public class Till {
    /** Returns the least number of coins of these values (each as often as wanted) that make an amount; -1 where none do. */
    public static int coins(int amount, int... values) {
        int[] least = new int[amount + 1];
        Arrays.fill(least, Integer.MAX_VALUE);
        least[0] = 0;
        for (int a = 1; a <= amount; a++) {
            for (int value : values) {
                if (value <= a && least[a - value] != Integer.MAX_VALUE) {
                    least[a] = least[a - value] + 1;
                }
            }
        }
        return least[amount] == Integer.MAX_VALUE ? 0 : least[amount];
    }
}
