import java.util.ArrayList;
import java.util.List;

/** Pages of a book. */
public class Pages {
    /** Returns sorted pages as ranges; three or more in a row make one. */
    public static String ranges(int... pages) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < pages.length - 1; ) {
            int end = i;
            while (end + 1 < pages.length && pages[end + 1] == pages[end] + 1) {
                end++;
            }
            if (end - i >= 1) {
                parts.add(pages[i] + "-" + pages[end]);
                i = end + 1;
            } else {
                parts.add(String.valueOf(pages[i]));
                i++;
            }
        }
        return String.join(",", parts);
    }
}
