/** Times of day. */
public class Clock {
    /** Returns a time moved by so many minutes. A text that is no time is an IllegalArgumentException. */
    public static String shift(String time, int minutes) {
        if (!time.matches("([01][0-9]|2[0-3]):[0-5][0-9]")) {
            throw new IllegalArgumentException("no time: " + time);
        }
        int now = Integer.parseInt(time.substring(0, 2)) * 60 + Integer.parseInt(time.substring(3));
        int all = Math.floorMod(now + minutes, 1440);
        return String.format("%02d:%02d", all / 60, all % 60);
    }
}
