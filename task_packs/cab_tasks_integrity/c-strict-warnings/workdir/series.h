#ifndef SERIES_H
#define SERIES_H

#include <stddef.h>

/* Where the last of `count` values that equals `wanted` stands; -1 where none does. */
long series_last(const int *values, size_t count, int wanted);

/* The mean of `count` values, rounded towards zero; 0 where there is none. */
long series_mean(const int *values, size_t count);

#endif
