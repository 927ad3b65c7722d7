#include "series.h"

long series_last(const int *values, size_t count, int wanted)
{
    size_t i;

    for (i = count; i > 0; i--)
        if (values[i - 1] == wanted)
            return (long)(i - 1);
    return -1;
}

long series_mean(const int *values, size_t count)
{
    long sum = 0;
    size_t i;

    for (i = 0; i < count; i++)
        sum += values[i];
    return count == 0 ? 0 : sum / (long)count;
}
