/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "series.h"

int main(void)
{
    static const int some[] = {4, -7, 4, 9, -7, 0}, down[] = {-3, -4, -3}, one[] = {5};

    printf("last 4: %ld\n", series_last(some, 6, 4));
    printf("last -7: %ld\n", series_last(some, 6, -7));
    printf("last 0: %ld\n", series_last(some, 6, 0));
    printf("not found: %ld\n", series_last(some, 6, 8));
    printf("not that far: %ld\n", series_last(some, 3, 9));
    printf("the first: %ld\n", series_last(one, 1, 5));
    printf("nothing: %ld\n", series_last(one, 0, 5));
    printf("mean: %ld\n", series_mean(some, 6));
    printf("mean below zero: %ld\n", series_mean(down, 3));
    printf("mean of some: %ld\n", series_mean(some, 3));
    printf("mean of none: %ld\n", series_mean(one, 0));
    return 0;
}
