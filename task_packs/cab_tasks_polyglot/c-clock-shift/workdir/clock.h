#ifndef CLOCK_H
#define CLOCK_H

/* Writes a time moved by so many minutes to `out`; returns 0 where the text is no time, else 1. */
int clock_shift(const char *time, int minutes, char out[6]);

#endif
