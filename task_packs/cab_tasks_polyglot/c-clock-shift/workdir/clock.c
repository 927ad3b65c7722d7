#include "clock.h"

int clock_shift(const char *time, int minutes, char out[6])
{
    (void)time, (void)minutes, (void)out;
    return 0; /* not written yet */
}
