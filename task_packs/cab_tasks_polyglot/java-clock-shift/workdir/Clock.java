/** Times of day. */
public class Clock {
    /** Returns a time moved by so many minutes. A text that is no time is an IllegalArgumentException. */
    public static String shift(String time, int minutes) {
        throw new UnsupportedOperationException("not written yet");
    }
}
