/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "clock.h"

int main(void)
{
    static const struct {
        const char *time;
        int minutes;
    } cases[] = {{"09:30", 45}, {"23:59", 1}, {"00:00", -1}, {"12:00", 1440}, {"12:00", -3000}, {"10:10", 0}, {"24:00", 1}, {"9:30", 1}, {"10:60", 1}, {"ab:cd", 1}, {"", 1}, {"10:100", 1}, {"-1:30", 1}, {"10.30", 1}};
    size_t i;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[6] = "";
        int good = clock_shift(cases[i].time, cases[i].minutes, out);
        printf("%s %d: %s\n", cases[i].time, cases[i].minutes, good ? out : "none");
    }
    return 0;
}
