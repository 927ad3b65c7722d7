import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Keeps the newest items, a number of them at most. */
public class Recent<T> {
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private final int limit;

    public Recent(int limit) {
        this.limit = limit;
    }

    /** Adds an item as the newest; what is too old goes. */
    public void add(T item) {
        items.addLast(item);
        while (items.size() > limit) {
            items.removeFirst();
        }
    }

    /** The items, oldest first. */
    public List<T> all() {
        return new ArrayList<>(items);
    }
}
