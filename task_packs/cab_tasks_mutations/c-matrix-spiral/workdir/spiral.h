#ifndef SPIRAL_H
#define SPIRAL_H

#include <stddef.h>

/* Writes the numbers of a matrix (row by row in `matrix`) in a spiral to `out`, which has room for twice as many; returns how many. */
size_t spiral(const int *matrix, int rows, int columns, int *out);

#endif
