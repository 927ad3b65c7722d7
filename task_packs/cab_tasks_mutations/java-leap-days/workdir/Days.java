/** Counting days. */
public class Days {
    private static final int[] MONTHS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    /** Whether a year has 366 days. */
    public static boolean isLeap(int year) {
        return year % 4 == 0 || year % 100 != 0 && year % 400 == 0;
    }

    /** The number of a day in its year, from 1; months are counted from 1. */
    public static int ofYear(int year, int month, int day) {
        int days = day;
        for (int m = 1; m < month; m++) {
            days += MONTHS[m - 1];
        }
        return month > 2 && isLeap(year) ? days + 1 : days;
    }
}
