#include "clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int clock_shift(const char *time, int minutes, char out[6])
{
    int hours, rest, all, i;

    if (strlen(time) != 5 || time[2] != ':')
        return 0;
    for (i = 0; i < 5; i++)
        if (i != 2 && !isdigit((unsigned char)time[i]))
            return 0;
    hours = (time[0] - '0') * 10 + time[1] - '0';
    rest = (time[3] - '0') * 10 + time[4] - '0';
    if (hours > 23 || rest > 59)
        return 0;
    all = ((hours * 60 + rest + minutes) % 1440 + 1440) % 1440;
    snprintf(out, 6, "%02d:%02d", (all / 60) % 24, all % 60);
    return 1;
}
